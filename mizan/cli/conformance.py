"""`mizan conformance list|run`: the vectors, and a port driven through them."""

import sys
from typing import Any

import click


@click.group()
def command() -> None:
    """List the vectors, or run them against a port."""


@command.command("list")
@click.option("--select", default="*", show_default=True, help="A pattern of ids: 'header-*'.")
@click.option("--topics", is_flag=True, help="Print the number of vectors of each topic instead.")
def list_(select: str, topics: bool) -> None:
    """List the ids of the vectors."""
    from mizan_conformance.vectors import load_all, select_vectors

    counts: dict[str, int] = {}
    for vector in select_vectors(load_all(), select):
        counts[vector.topic] = counts.get(vector.topic, 0) + 1
        if not topics:
            click.echo(vector.id)
    if topics:
        for topic, count in counts.items():
            click.echo(f"{count:5}  {topic}")
        click.echo(f"{sum(counts.values()):5}  in all")


@command.command(context_settings={"ignore_unknown_options": True})
@click.option("--select", default="*", show_default=True, help="A pattern of ids: 'header-*'.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["human", "json", "junit"]),
    default="human",
    show_default=True,
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0.01),
    default=5.0,
    show_default=True,
    help="Seconds that one case may take.",
)
@click.argument("port", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def run(select: str, style: str, deadline: float, port: tuple[str, ...]) -> None:
    """Run the vectors against the port that COMMAND starts.

    \b
    Example:
      mizan conformance run -- node port.js
    """
    from mizan_conformance.report import render
    from mizan_conformance.run import PortUnusable, run_suite

    options: dict[str, Any] = {"select": select, "deadline": deadline}
    try:
        report = run_suite(list(port), **options)
    except PortUnusable as error:
        raise click.UsageError(str(error)) from error
    click.echo(render(report, style))
    sys.exit(0 if report.passed else 1)
