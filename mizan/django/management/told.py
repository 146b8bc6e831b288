"""How commands show what they found: aligned lines, a word for the level first.

Invariant: the words are what programs may look for, so colour never is the only difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

_LEVELS = {"ok": "SUCCESS", "warn": "WARNING", "bad": "ERROR"}


class Line(NamedTuple):
    """A level (ok, warn, bad), what is said of it in columns, and below them what to change."""

    level: str
    cells: tuple[str, ...]
    advice: str = ""


def findings(lines: Sequence[Line], style: Any) -> Iterator[str]:
    """Yield lines of text; `style` is a command's."""
    indent = " " * (max((len(each.level) for each in lines), default=0) + 2)
    texts = aligned([(each.level, *map(_printable, each.cells)) for each in lines])
    for each, text in zip(lines, texts, strict=True):
        paint = getattr(style, _LEVELS[each.level])
        yield paint(text[: len(each.level)]) + text[len(each.level) :]
        if each.advice:
            yield f"{indent}{each.advice}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines whose columns stand below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]


def _printable(text: str) -> str:
    """Return a text without characters that a terminal obeys: some of it is another server's."""
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def counted(count: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{count} {what}{'' if count == 1 else 's'}"
