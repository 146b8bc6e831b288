"""`mizan fuzz header`: a port against this implementation on random input."""

import sys

import click


@click.group()
def command() -> None:
    """Compare a port with this implementation on random input."""


@command.command(context_settings={"ignore_unknown_options": True})
@click.option("--examples", type=click.IntRange(min=1), default=1000, show_default=True)
@click.option("--seed", type=int, help="Repeat the run with this seed; default: a random one.")
@click.option("--output", help="A file for the smallest difference, as a vector.")
@click.argument("port", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def header(examples: int, seed: int | None, output: str | None, port: tuple[str, ...]) -> None:
    """Fuzz the header codec of the port that COMMAND starts; exit 1 at a difference.

    \b
    Example:
      mizan fuzz header --examples 2000 -- node port.js
    """
    from mizan_conformance.fuzz import fuzz_header
    from mizan_conformance.run import PortUnusable

    try:
        difference = fuzz_header(list(port), examples=examples, seed=seed, output=output)
    except PortUnusable as error:
        raise click.UsageError(str(error)) from error
    sys.exit(0 if difference is None else 1)
