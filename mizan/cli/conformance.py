"""`mizan conformance`: the vectors, and what runs them (a module for each command)."""

from collections import Counter

import click

from mizan.cli.conformance_copy import copy
from mizan.cli.conformance_http import http
from mizan.cli.conformance_mutants import mutants
from mizan.cli.conformance_mutmut import mutmut
from mizan.cli.conformance_requirements import requirements
from mizan.cli.conformance_run import SELECT_HELP, report, run


@click.group()
def command() -> None:
    """List the test vectors, run them against a port; test a server over HTTP.

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


command.add_command(copy)
command.add_command(mutants)
command.add_command(mutmut)
command.add_command(requirements)
command.add_command(run)
command.add_command(report)
command.add_command(http)
