"""`mizan conformance http URL`: a server of the conformance app, tested from outside."""

from __future__ import annotations

import click

from mizan.cli.conformance_run import format_option, forms_of, report_option, write

AUTH = ("session", "token")


@click.command("http")
@click.option(
    "--auth",
    multiple=True,
    type=click.Choice(AUTH),
    default=AUTH,
    show_default="both",
    help="How the server learns who asks; cases that need another way are skipped. May be given "
    "several times.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="PATTERN",
    help="Only these cases: a pattern of ids ('http-read/*') or a topic (http-token). May be given "
    "several times.",
)
@format_option
@report_option
@click.option(
    "--deadline",
    type=click.FloatRange(min=0.1),
    default=15.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the server may take for one reply.",
)
@click.option("--list", "listing", is_flag=True, help="List the ids of the cases, and ask nobody.")
@click.argument("url", required=False)
def http(
    url: str | None,
    auth: tuple[str, ...],
    select: tuple[str, ...],
    style: str,
    files: tuple[str, ...],
    deadline: float,
    listing: bool,
) -> int:
    """Test the server at URL, which serves the conformance app, over HTTP.

    conformance/app/README.md of the project specifies the app; its state is reset before each case.
    Exits with 0 if all is right, 1 if something is wrong, 2 if there is no such server.

    \b
    Examples:
      mizan conformance http http://127.0.0.1:8765/
      mizan conformance http --auth token --select 'http-cache/*' http://127.0.0.1:8765/
      mizan conformance http --list
    """
    from mizan_conformance.http.run import SiteUnusable, run_http
    from mizan_conformance.report import render
    from mizan_conformance.vectors import SelectionError

    forms = forms_of(files)
    try:
        if listing:
            click.echo("\n".join(_listed(select)))
            return 0
        if url is None:
            raise click.UsageError("Missing argument 'URL': http://HOST:PORT/ of the server.")
        report = run_http(url, select or "*", auth, deadline)
    except (SiteUnusable, SelectionError) as error:
        raise click.UsageError(str(error)) from error
    for path, form in forms:
        write(path, render(report, form))
    click.echo(render(report, style))
    return report.exit_code


def _listed(select: tuple[str, ...]) -> list[str]:
    from mizan_conformance.http.run import all_cases, vectors
    from mizan_conformance.vectors import select_vectors

    return [vector.id for vector in select_vectors(vectors(all_cases()), select or "*")]
