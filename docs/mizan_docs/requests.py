"""What a built page would load from elsewhere: the documentation tells nobody who reads it.

Invariant: only what a browser fetches by itself counts, never a link that a reader may follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

_LOADING = {"src", "srcset", "poster", "data"}
_LINKED = {"canonical", "next", "prev", "alternate", "license", "author"}
_is_elsewhere = re.compile(r"\s*(https?:)?//", re.IGNORECASE).match
_IN_STYLES = re.compile(
    r"url\(\s*['\"]?((?:https?:)?//[^)'\"]+)|@import\s+['\"]([^'\"]+)", re.IGNORECASE
)


class _Reader(HTMLParser):
    """Collects the addresses that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        names = set(_LOADING)
        if tag == "link" and not _LINKED & {*given.get("rel", "").split()}:
            names.add("href")
        self.loaded += [given[name] for name in sorted(names & given.keys())]


def problems(site: Path) -> Iterator[str]:
    """Yield a line for each address outside of the site that a page or a style sheet loads."""
    for path in sorted(site.rglob("*.html")):
        reader = _Reader()
        reader.feed(path.read_text("utf-8"))
        for address in reader.loaded:
            if _is_elsewhere(address):
                yield f"{path.relative_to(site)}: loads {address}"
    for path in sorted(site.rglob("*.css")):
        for found in _IN_STYLES.finditer(path.read_text("utf-8")):
            yield f"{path.relative_to(site)}: loads {found[1] or found[2]}"
