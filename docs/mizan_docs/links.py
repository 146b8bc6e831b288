"""Whether links lead anywhere: files of the repository and anchors in them, without a network.

Invariant: what is looked at is what git tracks, so a link to a file that was never added is found.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath

from mizan_docs.markdown import Link, anchors, line_of, links

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = "SPEC.md"
REQUIREMENT = re.compile(r"^- \*\*(MZ-[A-Z]+-\d+)\*\*", re.MULTILINE)
_is_here = re.compile(r"https?://(127\.0\.0\.1|([a-z]+\.)?localhost)[:/]").match
_is_external = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE).match


@cache
def tracked() -> frozenset[str]:
    """Return the paths of all tracked files, from the root, and those of their folders."""
    done = subprocess.run(
        ("git", "ls-files", "-z"),  # noqa: S607 (whichever git the caller has)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    files = {each for each in done.stdout.split("\0") if (ROOT / each).is_file()}
    folders = {str(folder) for each in files for folder in PurePosixPath(each).parents}
    return frozenset(files | folders)


def pages() -> list[str]:
    """Return the paths of all tracked pages, sorted."""
    return sorted(each for each in tracked() if each.endswith(".md"))


@cache
def read(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text("utf-8")


def is_external(link: Link) -> bool:
    """Tell whether a link leads out of the repository."""
    return bool(_is_external(link.target))


def resolve(page: str, target: str) -> tuple[str, str]:
    """Return (path from the root, anchor or "") of what a page's link leads to."""
    path, _, anchor = target.partition("#")
    whole = normpath(str(PurePosixPath(page).parent / path)) if path else page
    return whole, anchor


@cache
def requirements() -> tuple[str, ...]:
    """Return the ids of the requirements of SPEC.md, in its order."""
    return tuple(REQUIREMENT.findall(read(SPEC)))


@cache
def _anchors(page: str) -> frozenset[str]:
    own = requirements() if page == SPEC else ()
    return frozenset({*anchors(read(page)), *own})


def problems(chosen: Iterable[str] | None = None) -> Iterator[str]:
    """Yield a line for each link of the pages (default: of all) that leads nowhere."""
    for page in pages() if chosen is None else chosen:
        text = read(page)
        for link in links(text):
            if not is_external(link) and (wrong := _problem(page, link)):
                yield f"{page}:{line_of(text, link.start)}: {link.target}: {wrong}"


def _problem(page: str, link: Link) -> str | None:
    """Return what is wrong with a link into the repository."""
    path, anchor = resolve(page, link.target)
    if path not in tracked():
        here = "is there, but git does not track it: git add it" if (ROOT / path).exists() else ""
        return f"{path} {here or 'does not exist'}."
    if anchor and path.endswith(".md") and anchor not in _anchors(path):
        return f"{path} has no anchor #{anchor}."
    return None


def external() -> Iterator[tuple[str, str]]:
    """Yield (address, where it stands) of every link to another machine, by address."""
    found = [
        (link.target, f"{page}:{line_of(read(page), link.start)}")
        for page in pages()
        for link in links(read(page))
        if is_external(link) and not _is_here(link.target)
    ]
    yield from sorted(found)
