"""What the commands of `mizan conformance` share: forms of output, repetition, baselines.

Invariant: a wrong file or form is found before anything is run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from mizan_conformance.baseline import Known
    from mizan_conformance.report import Report

F = TypeVar("F", bound=Callable[..., Any])

form_option = click.option(
    "--format",
    "form",
    type=click.Choice(["human", "json"]),
    default="human",
    show_default=True,
    help="A table for people, or JSON.",
)
"""The form of what `mutants` and `requirements` print."""

_OPTIONS = (
    click.option(
        "--format",
        "style",
        type=click.Choice(["human", "json", "junit", "markdown", "html", "badge"]),
        default="human",
        show_default=True,
        help="The form of the report on standard output.",
    ),
    click.option(
        "--report",
        "files",
        multiple=True,
        type=click.Path(dir_okay=False, writable=True),
        help="Write a report to this file as well; its ending says the form: .txt .json .xml "
        "(JUnit) .md (for a pull request) .html (one page) .svg (badge). May be given several "
        "times.",
    ),
    click.option(
        "--baseline",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Known failures: each has to fail as this file says, and nothing else may fail.",
    ),
    click.option("--update-baseline", is_flag=True, help="Write the baseline anew from this run."),
    click.option(
        "--repeat",
        type=click.IntRange(min=1),
        default=1,
        metavar="NUMBER",
        help="Run everything so often; what passes now and then is told apart, as flaky.",
    ),
)


def outcome_options(command: F) -> F:
    """Give a command the options that `report` takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def outcome(options: dict[str, Any], ids: Collection[str], run: Callable[[], Report]) -> Report:
    """Run something as often as the options say, and judge it by the baseline that they name.

    ``ids`` are those of all cases, chosen or not. Raises UsageError for a wrong call.
    """
    from mizan_conformance.baseline import BaselineError, compare, merged

    if options["update_baseline"] and not options["baseline"]:
        raise click.UsageError("--update-baseline: name the file, --baseline FILE.")
    _forms(options["files"])
    try:
        known = _known(options)
    except BaselineError as error:
        raise click.UsageError(str(error)) from error
    found = merged([run() for _ in range(options["repeat"])])
    if options["update_baseline"]:
        known = _updated(found, options["baseline"], known, ids)
    compare(found, known, ids)
    return found


def show(found: Report, options: dict[str, Any]) -> int:
    """Print a report, write those to files, and return the exit status."""
    from mizan_conformance.report import render

    for path, form in _forms(options["files"]):
        write(path, render(found, form))
    click.echo(render(found, options["style"]))
    return found.exit_code


def write(path: str, text: str) -> None:
    """Write a report. Raises UsageError where the file cannot be written."""
    try:
        Path(path).write_text(text, "utf-8")
    except OSError as error:
        raise click.UsageError(f"{path} cannot be written: {error.strerror}.") from error


def _forms(files: tuple[str, ...]) -> list[tuple[str, str]]:
    from mizan_conformance.report import form_of

    try:
        return [(path, form_of(path)) for path in files]
    except ValueError as error:
        raise click.UsageError(f"--report: {error}") from error


def _known(options: dict[str, Any]) -> dict[str, Known]:
    from mizan_conformance.baseline import load

    path = options["baseline"]
    if path is None or (options["update_baseline"] and not path.exists()):
        return {}
    return load(path)


def _updated(
    found: Report, path: Path, known: dict[str, Known], ids: Collection[str]
) -> dict[str, Known]:
    from mizan_conformance.baseline import load, updated

    if not found.fatal:
        write(str(path), updated(found, known, ids))
    return load(path) if path.exists() else {}
