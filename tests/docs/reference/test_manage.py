"""mizan_docs.reference.manage: each command of `manage.py`, as argparse knows it."""

from __future__ import annotations

from pathlib import Path

import mizan.django.management
from mizan_docs.reference.manage import commands

FOLDER = Path(mizan.django.management.__file__).parent / "commands"


def test_each_command_and_action_is_there() -> None:
    found = {each.name: each for each in commands()}
    names = {path.stem for path in FOLDER.glob("[a-z]*.py")}
    assert {name.split()[1] for name in found} == names
    doctor = found["manage.py mizan_edge doctor"]
    assert doctor.arguments == "[OPTIONS] [URL...]"
    options = dict(doctor.options)
    assert options["--edge URL"].endswith("Required.")
    assert "--settings" not in str(found)
    assert found["manage.py mizan_edge"].arguments == "ACTION"
    assert all(each.about[0] for each in found.values())


def test_a_choice_says_its_default() -> None:
    (graph,) = [each for each in commands() if each.name == "manage.py mizan_graph"]
    options = dict(graph.options)
    assert options["--format [html|mermaid|svg|text]"].endswith("Default: text.")
