"""`mizan fuzz TOPIC`: a port against this implementation, or another port, on random input.

`mizan fuzz http` is a module of its own.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mizan.cli.common import need
from mizan.cli.fuzz_common import (
    against_option,
    corpus_option,
    count_option,
    port_argument,
    seed_option,
)
from mizan.cli.fuzz_http import http

if TYPE_CHECKING:
    from mizan_conformance.fuzz.campaign import Row
    from mizan_conformance.fuzz.run import Engine

# Each is a command. `mizan_conformance.fuzz.topics` has their operations; they are named here so
# that the help needs no import of it.
TOPICS = {
    "canonical": "canonical strings and coercion",
    "events": "what a subscriber hears of",
    "edge": "the resolution of targets at an edge",
    "header": "the codecs of X-Mizan-Invalidate and X-Mizan-Held",
    "jcs": "canonical text and the reading of JSON",
    "key": "cache keys and permission keys",
    "manifest": "manifests and the targets of mutations",
    "tags": "the fields that list tags",
    "targets": "sets of targets, matching, guards",
    "token": "identity tokens",
    "url": "canonical URLs",
}


@click.group()
def command() -> None:
    """Send random input to a port, or random requests to a live server."""


def _add(topic: str) -> None:
    """Add the command of a topic; they differ in nothing else."""
    text = f"""Fuzz {TOPICS[topic]}: the port that COMMAND starts.

    Exits with 0 if all answers agree, 1 at a difference, 2 if the call is wrong. The smallest
    difference found is given as a test vector.

    \b
    Examples:
      mizan fuzz {topic} -- node port.js
      mizan fuzz {topic} --examples 1000000 --corpus corpus -- ./my-port
      mizan fuzz {topic} --against "node port.js" -- ./my-port
    """

    @command.command(
        topic,
        help=text,
        short_help=f"{TOPICS[topic][0].upper()}{TOPICS[topic][1:]}.",
        context_settings={"allow_interspersed_args": False},
    )
    @count_option("--examples", 10_000, "How many inputs to draw.")
    @seed_option
    @click.option(
        "--engine",
        type=click.Choice(["fast", "hypothesis"]),
        default="fast",
        show_default=True,
        help="What draws: thousands of changed vectors a second, or Hypothesis, slower, from more.",
    )
    @against_option
    @corpus_option("A folder of inputs to begin from; inputs with rare answers are added to it.")
    @click.option(
        "--output",
        type=click.Path(dir_okay=False, writable=True),
        help="Write the smallest difference to this file, as a test vector; default: print it.",
    )
    @port_argument
    def run(port: tuple[str, ...], **options: Any) -> int:
        return _fuzz(topic, port, **options)


def _fuzz(topic: str, port: tuple[str, ...], against: str | None, **options: Any) -> int:
    if topic == "header":
        need("testing", "http_sf")
    if options["engine"] == "hypothesis":
        need("testing", "hypothesis")
    output = options["output"]
    if output is not None and not Path(output).parent.is_dir():
        raise click.UsageError(f"--output: there is no folder {Path(output).parent}.")
    from mizan_conformance.channel import PortUnusable
    from mizan_conformance.fuzz.run import fuzz

    other = None if against is None else shlex.split(against)
    try:
        difference = fuzz(topic, port, against=other, **options)
    except (PortUnusable, ValueError) as error:
        raise click.UsageError(str(error)) from error
    return 0 if difference is None else 1


@command.command(
    "all", short_help="Every topic, at length.", context_settings={"allow_interspersed_args": False}
)
@count_option(
    "--examples", 1_000_000, "How many inputs the fast engine draws for each topic.", least=0
)
@count_option("--hypothesis", 20_000, "How many Hypothesis draws for each topic.", least=0)
@seed_option
@against_option
@click.option(
    "--output",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Write the smallest difference of each topic to this folder; default: print it.",
)
@port_argument
def everything(
    port: tuple[str, ...],
    examples: int,
    hypothesis: int,
    seed: int | None,
    against: str | None,
    output: Path | None,
) -> int:
    """Fuzz every topic, first fast, then by Hypothesis: about an hour.

    A line for each topic says how many inputs were drawn and how long that took. What the port
    does not declare is left out. Exits as the command of a topic does.

    \b
    Examples:
      mizan fuzz all -- node port.js
      mizan fuzz all --examples 1000 --hypothesis 0 -- node port.js
    """
    need("testing", "http_sf", "hypothesis")
    from mizan_conformance.channel import PortUnusable
    from mizan_conformance.fuzz.campaign import fuzz_all

    engines: dict[Engine, int] = {"fast": examples, "hypothesis": hypothesis}
    wanted = {name: number for name, number in engines.items() if number}
    other = None if against is None else shlex.split(against)
    status = 0
    try:
        for row in fuzz_all(port, wanted, seed, against=other, output=output):
            click.echo(_line(row))
            status |= row.found is not None
    except PortUnusable as error:
        raise click.UsageError(str(error)) from error
    return status


def _line(row: Row) -> str:
    outcome = "DIFFERENCE" if row.found else "no difference"
    if not row.examples:
        return f"{row.topic:<10} {row.engine:<10} not declared by the port"
    return (
        f"{row.topic:<10} {row.engine:<10} {row.examples:>10,} examples {row.seconds:>7.0f} s"
        f"  {outcome}"
    )


for name in TOPICS:
    _add(name)
command.add_command(http)
