"""`mizan conformance requirements`: what SPEC.md asks for, and what holds each of it."""

import json

import click

from mizan.cli.conformance_common import form_option


@click.command(short_help="Print each requirement and what holds it.")
@click.option(
    "--level",
    type=click.Choice(("codec", "edge", "client", "server")),
    help="Only the requirements of this level; a port of codecs alone has to meet `codec`.",
)
@form_option
@click.option("--check", is_flag=True, help="Exit with 1 if a codec requirement is not held.")
def requirements(level: str | None, form: str, check: bool) -> int:
    """Print each requirement with its cases, its mutants, or what holds it instead.

    \b
    Examples:
      mizan conformance requirements --level codec
      mizan conformance requirements --format json
    """
    from mizan_conformance import matrix
    from mizan_conformance.mutants import load_mutants
    from mizan_conformance.requirements import load, server_cases
    from mizan_conformance.vectors import load_all

    rows = matrix.matrix(load(), [*load_all(), *server_cases()], load_mutants())
    rows = [row for row in rows if level in (None, row.requirement.level)]
    if form == "json":
        click.echo(json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(matrix.table(rows)))
    found = [*matrix.gaps(rows)] if check else []
    for line in found:
        click.echo(line, err=True)
    return 1 if found else 0
