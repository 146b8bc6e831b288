"""`mizan conformance run` and `report`: a port driven through the vectors, and what that shows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mizan.cli.conformance_common import outcome, outcome_options, show, write

if TYPE_CHECKING:
    from mizan_conformance.report import Report

SELECT_HELP = (
    "Only these vectors: a pattern of ids ('token-*/*'), a topic (header-parse) or an operation "
    "(header.parse). May be given several times."
)
DEADLINE = 5.0  # seconds
AT_LEISURE = 86_400.0  # seconds: somebody looks at a port in a debugger


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("--select", multiple=True, metavar="PATTERN", help=SELECT_HELP)
@outcome_options
@click.option(
    "--deadline",
    type=click.FloatRange(min=0.01),
    metavar="SECONDS",
    help="How long the port may take for one vector (5, and a day with --attach).",
)
@click.option("--attach", metavar="HOST:PORT", help="Speak with a port that listens there.")
@click.option("--replay", metavar="CASE-ID", help="Run this one case, show all of it, and --trace.")
@click.option("--trace", is_flag=True, help="Show the raw lines on standard error.")
@click.argument("port", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
def run(port: tuple[str, ...], **options: Any) -> int:
    """Run the vectors against the port that COMMAND starts.

    Exits with 0 if all that the port can do is right, 1 if something is wrong, 2 if the call is
    wrong: COMMAND cannot be started, a pattern chooses nothing, a file is no baseline.

    \b
    Examples:
      mizan conformance run -- node port.js
      mizan conformance run --select header-parse --format json -- ./port
      mizan conformance run --report page.html --report junit.xml -- ./port
      mizan conformance run --replay header-parse/token --attach 127.0.0.1:4444
    """
    _check_call(port, options)
    found = _run(port, options)
    if options["replay"]:
        click.echo(_whole(found))
    return show(found, options)


def _check_call(port: tuple[str, ...], options: dict[str, Any]) -> None:
    if bool(port) == bool(options["attach"]):
        raise click.UsageError("Missing argument '-- COMMAND...', or --attach in its place.")
    if options["replay"] and options["select"]:
        raise click.UsageError("--replay is one case, and --select chooses others: take one.")


def _run(port: tuple[str, ...], options: dict[str, Any]) -> Report:
    from mizan_conformance.run import PortUnusable, run_suite
    from mizan_conformance.vectors import SelectionError, load_all

    vectors = load_all()
    ids = {vector.id for vector in vectors}
    select: Any = options["select"] or "*"
    if options["replay"]:
        if options["replay"] not in ids:
            raise click.UsageError(f"--replay: there is no case {options['replay']!r}.")
        select = options["replay"].replace("[", "[[]")
    deadline = options["deadline"] or (AT_LEISURE if options["attach"] else DEADLINE)
    trace = options["trace"] or bool(options["replay"])
    command = options["attach"] or port
    try:
        return outcome(
            options, ids, lambda: run_suite(command, select, deadline, vectors=vectors, trace=trace)
        )
    except (PortUnusable, SelectionError) as error:
        raise click.UsageError(str(error)) from error


def _whole(found: Report) -> str:
    import json

    parts = []
    for result in found.results:
        vector = result.vector
        shown = {"Input": vector.input, "Expected": vector.expect, "Answer": result.answer}
        parts.append(f"{vector.id}  [{', '.join((*vector.requirements, *vector.flags))}]")
        parts.append(vector.note)
        parts += [
            f"{name}: {json.dumps(value, indent=2)}" for name, value in shown.items() if value
        ]
    return "\n".join(parts) + "\n"


@click.command(short_help="Make one page of several reports in JSON.")
@click.option(
    "--output",
    required=True,
    type=click.Path(dir_okay=False, writable=True),
    help="The page to write (.html).",
)
@click.argument("reports", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
def report(reports: tuple[str, ...], output: str) -> int:
    """Make one page of several reports in JSON: a matrix of ports, or servers, by requirement.

    \b
    Example:
      mizan conformance run --report a.json -- ./a
      mizan conformance run --report b.json -- ./b
      mizan conformance report a.json b.json --output matrix.html
    """
    from mizan_conformance.report_data import read
    from mizan_conformance.report_page import pages
    from mizan_conformance.requirements import server_cases
    from mizan_conformance.vectors import load_all

    vectors = [*load_all(), *server_cases()]
    found = []
    for path in reports:
        try:
            found.append(read(Path(path).read_text("utf-8"), vectors))
        except ValueError as error:
            raise click.UsageError(f"{path}: {error}") from error
    write(output, pages(found))
    return 0
