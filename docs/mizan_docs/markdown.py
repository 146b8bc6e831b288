"""Links and headings of Markdown, by their place in the text.

Invariant: what stands in code is neither a link nor a heading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"^ *(`{3,}|~{3,})[^\n]*\n.*?(?:^ *\1[`~]* *$|\Z)", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TEXT = r"\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
_LINK = re.compile(rf"(?P<image>!?){_TEXT}\((?P<target>[^()\s]+(?:\([^()\s]*\))?)\)")
_DEFINITION = re.compile(r"^ {0,3}\[(?P<text>[^\]]+)\]: +(?P<target>\S+)", re.MULTILINE)
_AUTOLINK = re.compile(r"(?P<text>)<(?P<target>https?://[^>\s]+)>")
_HEADING = re.compile(r"^(?P<marks>#{1,6}) +(?P<text>[^\n]*?) *$", re.MULTILINE)
_ANCHOR = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")
_NEITHER_WORD_NOR_SPACE = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link: what it shows, where it leads, and where both stand, as offsets in characters."""

    text: str
    target: str
    start: int
    end: int
    target_start: int
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level, its words, its anchor, and the offset of its line's end."""

    level: int
    text: str
    anchor: str
    end: int


def without_code(text: str) -> str:
    """Return the text with blanks in place of code and comments; each offset stays what it was."""
    for each in (_FENCE, _COMMENT, _CODE):
        text = each.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text


def links(text: str) -> Iterator[Link]:
    """Yield every link and image, every definition of one, and every address in <>."""
    bare = without_code(text)
    for pattern in (_LINK, _DEFINITION, _AUTOLINK):
        for found in pattern.finditer(bare):
            start, end = found.span("text")
            yield Link(
                text[start:end],
                found["target"],
                found.start(),
                found.end(),
                found.start("target"),
                is_image=bool(found.groupdict().get("image")),
            )


def headings(text: str) -> Iterator[Heading]:
    """Yield every heading, with the anchor that forges of code give it."""
    seen: Counter[str] = Counter()
    bare = without_code(text)
    for found in _HEADING.finditer(bare):
        words = text[slice(*found.span("text"))]
        anchor = slug(words)
        number = seen[anchor]
        seen[anchor] += 1
        yield Heading(
            len(found["marks"]), words, f"{anchor}-{number}" if number else anchor, found.end()
        )


def anchors(text: str) -> set[str]:
    """Return what a link may name behind `#`: headings, and anchors written out as HTML."""
    return {each.anchor for each in headings(text)} | {*_ANCHOR.findall(without_code(text))}


def line_of(text: str, offset: int) -> int:
    """Return the number of the line, from 1."""
    return text.count("\n", 0, offset) + 1


def slug(words: str) -> str:
    """Return the anchor of a heading, as forges of code make it."""
    shown = _LINK.sub(lambda found: found["text"], words)
    return _NEITHER_WORD_NOR_SPACE.sub("", shown.lower()).replace(" ", "-")
