"""What the commands of `mizan fuzz` share: how much is drawn, from what, for whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

seed_option = click.option(
    "--seed", type=int, help="Repeat the run that printed this seed; default: a random one."
)
against_option = click.option(
    "--against",
    metavar="COMMAND",
    help="Compare with the port that this command starts, in place of this implementation.",
)
port_argument = click.argument(
    "port", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND..."
)


def count_option(name: str, default: int, text: str, *, least: int = 1) -> Callable[[F], F]:
    """Return an option of how much is drawn."""
    return click.option(
        name,
        type=click.IntRange(min=least),
        default=default,
        show_default=True,
        metavar="NUMBER",
        help=text,
    )


def corpus_option(text: str) -> Callable[[F], F]:
    """Return the option of the folder where what is drawn is kept."""
    return click.option("--corpus", type=click.Path(file_okay=False, path_type=Path), help=text)
