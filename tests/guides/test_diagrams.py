"""docs/diagrams/: each picture has words in place of it and colours for light and dark; the shop's
graph is what the command draws."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from guide import DOCS, ROOT

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = sorted((DOCS / "diagrams").glob("*.svg"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_it_has_words_and_two_sets_of_colours(path: Path) -> None:
    text = path.read_text("utf-8")
    root = ElementTree.fromstring(text)  # noqa: S314 (the project's own)
    assert root.get("role") == "img"
    words = [root.findtext(f"{SVG}{name}") for name in ("title", "desc")]
    assert all(words)
    light, dark = re.findall(r"svg \{ (.*?) \}", text)
    names = set(re.findall(r"--\w+(?=:)", light))
    assert names == set(re.findall(r"--\w+(?=:)", dark))
    assert set(re.findall(r"var\((--\w+)\)", text)) <= names


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_page_shows_it_and_says_what_it_is(path: Path) -> None:
    pages = "".join(each.read_text("utf-8") for each in DOCS.glob("*.md"))
    assert re.search(rf"\[[^\]]{{10,}}\]\(diagrams/{path.name}\)", pages)


def test_the_shops_graph_is_what_the_command_draws(tmp_path: Path) -> None:
    drawn = tmp_path / "graph.svg"
    subprocess.run(
        [sys.executable, "manage.py", "mizan_graph", "--format", "svg", "--output", str(drawn)],
        cwd=ROOT / "examples" / "shop",
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "shop.settings"},
        check=True,
        capture_output=True,
    )
    kept = DOCS / "diagrams" / "graph.svg"
    advice = f"in examples/shop: python manage.py mizan_graph --format svg --output {kept}"
    assert drawn.read_text() == kept.read_text(), advice
