"""docs/reference/commands.md: each command once, equal options of several once."""

from __future__ import annotations

from mizan_docs import markdown
from mizan_docs.reference import commands


def test_each_command_has_a_heading_and_its_call() -> None:
    page = commands.render()
    assert "### mizan header parse\n\n```text\nmizan header parse [OPTIONS] FIELD\n```\n" in page
    assert "### manage.py mizan_outbox\n" in page
    assert "Options: those of [`mizan fuzz canonical`](#mizan-fuzz-canonical).\n" in page
    own = markdown.anchors(page)
    inside = [each.target[1:] for each in markdown.links(page) if each.target.startswith("#")]
    assert inside
    assert {*inside} <= own
