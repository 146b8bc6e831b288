"""`mizan conformance list|run`: the vectors, and a port driven through them."""

from collections import Counter

import click

SELECT_HELP = (
    "Only these vectors: a pattern of ids ('token-*/*'), a topic (header-parse) or an operation "
    "(header.parse). May be given several times."
)


@click.group()
def command() -> None:
    """List the test vectors, or run them against a port.

    A port is a program that speaks JSON Lines on its standard streams; conformance/README.md of
    the project describes it on one page.
    """


@command.command("list")
@click.option("--select", multiple=True, metavar="PATTERN", help=SELECT_HELP)
@click.option("--topics", is_flag=True, help="Print the number of vectors of each topic instead.")
def list_(select: tuple[str, ...], topics: bool) -> None:
    """List the ids of the vectors.

    \b
    Examples:
      mizan conformance list --topics
      mizan conformance list --select '*surrogate*'
    """
    from mizan_conformance.vectors import SelectionError, load_all, select_vectors

    try:
        chosen = select_vectors(load_all(), select or "*")
    except SelectionError as error:
        raise click.UsageError(str(error)) from error
    if not topics:
        click.echo("\n".join(vector.id for vector in chosen))
        return
    for topic, count in Counter(vector.topic for vector in chosen).items():
        click.echo(f"{count:5}  {topic}")
    click.echo(f"{len(chosen):5}  in all")


@command.command(context_settings={"allow_interspersed_args": False})
@click.option("--select", multiple=True, metavar="PATTERN", help=SELECT_HELP)
@click.option(
    "--format",
    "style",
    type=click.Choice(["human", "json", "junit"]),
    default="human",
    show_default=True,
    help="A report for people, as JSON, or as JUnit's XML for a CI system.",
)
@click.option(
    "--deadline",
    type=click.FloatRange(min=0.01),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the port may take for one vector.",
)
@click.argument("port", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def run(select: tuple[str, ...], style: str, deadline: float, port: tuple[str, ...]) -> int:
    """Run the vectors against the port that COMMAND starts.

    Exits with 0 if all that the port can do is right, 1 if something is wrong, 2 if COMMAND cannot
    be started.

    \b
    Examples:
      mizan conformance run -- node port.js
      mizan conformance run --select header-parse --format json -- ./port
    """
    from mizan_conformance.report import render
    from mizan_conformance.run import PortUnusable, run_suite
    from mizan_conformance.vectors import SelectionError

    try:
        report = run_suite(port, select or "*", deadline)
    except (PortUnusable, SelectionError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(render(report, style))
    return report.exit_code
