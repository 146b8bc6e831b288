"""`mizan fuzz TOPIC`: a port against this implementation, or another port, on random input."""

import shlex
from pathlib import Path
from typing import Any

import click

from mizan.cli.common import need

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
    "targets": "sets of targets, matching, guards",
    "token": "identity tokens",
    "url": "canonical URLs",
}


@click.group()
def command() -> None:
    """Compare a port with this implementation, or another, on random input."""


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
        short_help=TOPICS[topic].capitalize() + ".",
        context_settings={"allow_interspersed_args": False},
    )
    @click.option(
        "--examples",
        type=click.IntRange(min=1),
        default=10_000,
        show_default=True,
        metavar="NUMBER",
        help="How many inputs to draw.",
    )
    @click.option(
        "--seed", type=int, help="Repeat the run that printed this seed; default: a random one."
    )
    @click.option(
        "--engine",
        type=click.Choice(["fast", "hypothesis"]),
        default="fast",
        show_default=True,
        help="What draws: thousands of changed vectors a second, or Hypothesis, slower, from more.",
    )
    @click.option(
        "--against",
        metavar="COMMAND",
        help="Compare with the port that this command starts, in place of this implementation.",
    )
    @click.option(
        "--corpus",
        type=click.Path(file_okay=False, path_type=Path),
        help="A folder of inputs to begin from; inputs with rare answers are added to it.",
    )
    @click.option(
        "--output",
        type=click.Path(dir_okay=False, writable=True),
        help="Write the smallest difference to this file, as a test vector; default: print it.",
    )
    @click.argument(
        "port", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND..."
    )
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


for name in TOPICS:
    _add(name)
