"""`mizan fuzz header`: a port against this implementation on random input."""

from pathlib import Path

import click

from mizan.cli.common import need


@click.group()
def command() -> None:
    """Compare a port with this implementation on random input."""


@command.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    default=1000,
    show_default=True,
    metavar="NUMBER",
    help="How many field values and sets of targets to draw.",
)
@click.option(
    "--seed", type=int, help="Repeat the run that printed this seed; default: a random one."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True),
    help="Write the smallest difference to this file, as a test vector; default: print it.",
)
@click.argument("port", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def header(examples: int, seed: int | None, output: str | None, port: tuple[str, ...]) -> int:
    """Fuzz the header codec of the port that COMMAND starts.

    Exits with 0 if the port answers as this implementation does, 1 at a difference, 2 if COMMAND
    cannot be started. The smallest difference found is given as a test vector.

    \b
    Example:
      mizan fuzz header --examples 2000 -- node port.js
    """
    need("testing", "hypothesis", "http_sf")
    if output is not None and not Path(output).parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {Path(output).parent}.")
    from mizan_conformance.fuzz import fuzz_header
    from mizan_conformance.run import PortUnusable

    try:
        difference = fuzz_header(port, examples, seed, output=output)
    except PortUnusable as error:
        raise click.UsageError(str(error)) from error
    return 0 if difference is None else 1
