"""docs/why-not.md is fair in form: each other way is better somewhere, and has a source."""

from __future__ import annotations

import re

from guide import DOCS, blocks

PAGE = (DOCS / "why-not.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", PAGE, re.MULTILINE))
OWN = {"In short", "Where Mizan is the wrong choice", "Sources"}


def test_each_section_says_where_each_is_better() -> None:
    others = {name: text for name, text in SECTIONS.items() if name not in OWN}
    assert len(others) == 11
    for name, text in others.items():
        better, mizan = text.find("\n**Better"), text.find("\n**Mizan**")
        assert 0 <= better < mizan, name


def test_each_section_is_in_the_table() -> None:
    listed = re.findall(r"^\| \[.+?\]\(#(.+?)\)", SECTIONS["In short"], re.MULTILINE)
    made = [
        re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")
        for name in SECTIONS
        if name not in OWN
    ]
    assert list(dict.fromkeys(listed)) == made


def test_sources_are_dated_and_there_is_no_block_that_nobody_runs() -> None:
    assert re.search(r"Looked up on \d{4}-\d\d-\d\d\.", SECTIONS["Sources"])
    rows = re.findall(r"^\| .+ \| .+ \|$", SECTIONS["Sources"], re.MULTILINE)[1:]
    assert all("https://" in row or "source of" in row for row in rows)
    assert blocks("why-not.md") == []
