"""A command as the reference shows it, whatever library reads its arguments."""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """A command: its whole name, what follows it in a call, paragraphs about it, blocks of
    examples, and its options (and arguments that have a help) as (how written, what it does)."""

    name: str
    arguments: str = ""
    about: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
