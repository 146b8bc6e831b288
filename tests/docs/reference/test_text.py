"""mizan_docs.reference.text: words stay what they are."""

from __future__ import annotations

import pytest

from mizan_docs.reference.text import Shown, code, page, prose, table


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("plain", "plain"),
        ("a * b_c _d", r"a \* b_c \_d"),
        ("`a * b` <x>", "`a * b` &lt;x>"),
        ("[1]", r"\[1\]"),
    ],
)
def test_what_means_something_to_markdown_is_shown(words: str, shown: str) -> None:
    assert prose(words) == shown


def test_a_cell_is_one_line() -> None:
    assert table(("a", "b"), [("1\n2", "x|y")]) == "| a | b |\n| --- | --- |\n| 1 2 | x\\|y |\n"


def test_a_page_says_that_it_is_generated() -> None:
    lines = page("Title", "the code", "Text.\n").splitlines()
    assert lines[0] == "# Title"
    assert "GENERATED" in lines[2]
    assert "the code" in lines[2]
    assert lines[-1] == "Text."
    assert code("a") == "`a`"
    assert Shown("a").options == ()
