"""mizan_docs.requests: a page that would ask another server is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from mizan_docs import requests


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://example.org/a.js"></script>',
        '<link rel="stylesheet" href="//example.org/a.css">',
        '<link rel="preconnect" href="https://example.org">',
        '<img src="http://example.org/a.png">',
        '<iframe src="https://example.org/"></iframe>',
    ],
)
def test_what_is_loaded_from_elsewhere_is_told(tmp_path: Path, html: str) -> None:
    (tmp_path / "page.html").write_text(html)
    (found,) = requests.problems(tmp_path)
    assert found.startswith("page.html: loads ")
    assert "//example.org" in found


def test_what_a_reader_may_follow_and_what_is_its_own_is_fine(tmp_path: Path) -> None:
    own = '<a href="https://example.org">x</a><script src="a.js"></script><img src="data:,">'
    (tmp_path / "page.html").write_text(f'{own}<link rel="canonical" href="https://example.org">')
    (tmp_path / "a.css").write_text("a { background: url(b.png) }")
    assert [*requests.problems(tmp_path)] == []


@pytest.mark.parametrize("css", ["a{b:url('//example.org/a')}", '@import "//example.org/a"'])
def test_style_sheets_are_read_too(tmp_path: Path, css: str) -> None:
    (tmp_path / "a.css").write_text(css)
    assert [*requests.problems(tmp_path)] == ["a.css: loads //example.org/a"]
