"""`mizan conformance http URL`: a server of the conformance app, tested from outside."""

import click

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
    from mizan_conformance.http.run import SiteUnusable, all_cases, run_http, vectors
    from mizan_conformance.report import render
    from mizan_conformance.vectors import SelectionError, select_vectors

    try:
        if listing:
            chosen = select_vectors(vectors(all_cases()), select or "*")
            click.echo("\n".join(vector.id for vector in chosen))
            return 0
        if url is None:
            raise click.UsageError("Name the server: mizan conformance http http://HOST:PORT/")
        report = run_http(url, select or "*", auth, deadline)
    except (SiteUnusable, SelectionError) as error:
        raise click.UsageError(str(error)) from error
    click.echo(render(report, style))
    return report.exit_code
