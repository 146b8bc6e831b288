"""mizan_docs.reference.command_line: each command of `mizan`, as click knows it."""

from __future__ import annotations

from mizan.cli.main import COMMANDS
from mizan_docs.reference.command_line import commands


def test_each_command_is_there_with_its_options() -> None:
    found = {each.name: each for each in commands()}
    assert {name.split()[1] for name in found} == {*COMMANDS}
    parse = found["mizan header parse"]
    assert parse.arguments.endswith("FIELD")
    assert any("mizan header parse 'user" in each for each in parse.examples)
    assert ("--lines", dict(found["mizan validate"].options)["--lines"]) in found[
        "mizan validate"
    ].options
    assert not any("--help" in option for each in found.values() for option, _ in each.options)
    assert not any("\b" in text for each in found.values() for text in each.examples)
