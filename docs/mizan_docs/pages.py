"""The pages of the site, as `mkdocs.yml` names them, made of pages of the repository.

A page below docs/ has its place in the site without that folder; any other keeps its own. The
site's builder knows no page outside of one folder, so all are copied into one, and changed on the
way:

- headings get the anchors that forges of code give them, requirements of SPEC.md their ids;
- a requirement that is named in a text leads to where SPEC.md states it;
- a link to what the site does not have becomes plain text, for there is no address to lead to.

Invariant: every page below docs/ is in the navigation, and what that names is there.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import relpath
from typing import Any

import yaml

from mizan_docs import links, markdown
from mizan_docs.links import ROOT, SPEC

CONFIGURATION = ROOT / "mkdocs.yml"
STYLES = "site.css"
_DOCS = "docs/"
_PICTURES = (".svg", ".png")
_MENTION = re.compile(r"(?<![\[*\w-])MZ-[A-Z]+-\d+(?![\w*])")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its title, the headings of the navigation above it, its paths."""

    title: str
    section: str
    place: str
    """The path in the site's folder."""
    source: str
    """The path in the repository."""


def navigation() -> list[Page]:
    """Return the pages of `mkdocs.yml` in their order. Raises OSError, yaml.YAMLError."""
    found = yaml.safe_load(CONFIGURATION.read_text("utf-8"))["nav"]
    return [*_pages(found, "")]


def _pages(items: list[dict[str, Any]], section: str) -> Iterator[Page]:
    for item in items:
        for title, below in item.items():
            if isinstance(below, str):
                yield Page(title, section, below, source_of(below))
            else:
                yield from _pages(below, title)


def source_of(place: str) -> str:
    """Return the path in the repository of a page of the site."""
    return _DOCS + place if (ROOT / _DOCS / place).is_file() else place


def place_of(source: str) -> str:
    """Return the path in the site of a file of the repository."""
    return source.removeprefix(_DOCS)


def problems() -> Iterator[str]:
    """Yield a line for each page that the navigation names in vain, or lacks."""
    named = {each.source for each in navigation()}
    for each in sorted(named - links.tracked()):
        yield f"mkdocs.yml: nav names {place_of(each)}: git tracks no such page."
    for each in sorted(set(links.pages()) - named):
        if each.startswith(_DOCS):
            yield f"mkdocs.yml: nav lacks {place_of(each)}: give it a line."


def stage(folder: Path) -> list[Path]:
    """Write the site's pages and their pictures into a folder; return what changed."""
    pages = navigation()
    known = {each.source for each in pages}
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / _DOCS / STYLES, folder / STYLES)
    changed = []
    for page in pages:
        text, pictures = _staged(page.source, known)
        target = folder / page.place
        if not target.is_file() or target.read_text("utf-8") != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8")
            changed.append(target)
        for picture in pictures:
            (folder / place_of(picture)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / picture, folder / place_of(picture))
    return changed


def _staged(source: str, known: set[str]) -> tuple[str, list[str]]:
    """Return a page's text in the site, and the pictures that it shows."""
    text = (ROOT / source).read_text("utf-8")
    edits: list[tuple[int, int, str]] = [
        (heading.end, heading.end, f" {{#{heading.anchor}}}") for heading in markdown.headings(text)
    ]
    pictures = []
    for link in markdown.links(text):
        if links.is_external(link) or link.target.startswith("#"):
            continue
        path, anchor = links.resolve(source, link.target)
        is_picture = path.endswith(_PICTURES)
        if is_picture:
            pictures.append(path)
        if is_picture or path in known:
            target = _relative(source, path) + (f"#{anchor}" if anchor else "")
            edits.append((link.target_start, link.target_start + len(link.target), target))
        else:
            edits.append((link.start, link.end, link.text))
    edits += _requirements(source, text)
    return _edited(text, edits), pictures


def _relative(source: str, path: str) -> str:
    return relpath(place_of(path), str(PurePosixPath(place_of(source)).parent))


def _requirements(source: str, text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the edits that give requirements their ids, and lead to them."""
    if source == SPEC:
        for found in links.REQUIREMENT.finditer(text):
            yield found.end(), found.end(), f"{{#{found[1]}}}"
    known = set(links.requirements())
    taken = [(link.start, link.end) for link in markdown.links(text)]
    taken += [(each.end - len(each.text), each.end) for each in markdown.headings(text)]
    for found in _MENTION.finditer(markdown.without_code(text)):
        is_free = not any(start <= found.start() < end for start, end in taken)
        if found[0] in known and is_free:
            target = "" if source == SPEC else _relative(source, SPEC)
            yield found.start(), found.end(), f"[{found[0]}]({target}#{found[0]})"


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Return the text with edits done, the last one first, so that offsets stay right."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text
