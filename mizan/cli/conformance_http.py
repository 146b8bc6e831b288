"""`mizan conformance http URL`: a server of the conformance app, tested from outside."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from mizan.cli.conformance_common import outcome, outcome_options, show

AUTH = ("session", "token")
F = TypeVar("F", bound=Callable[..., Any])

deadline_option = click.option(
    "--deadline",
    type=click.FloatRange(min=0.1),
    default=15.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the server may take for one reply.",
)
"""How long one reply may take, of the commands that ask servers."""


def auth_option(text: str) -> Callable[[F], F]:
    """Return the option of how a server learns who asks; `text` says of what."""
    return click.option(
        "--auth",
        multiple=True,
        type=click.Choice(AUTH),
        default=AUTH,
        show_default="both",
        help=f"{text} May be given several times.",
    )


@click.command("http", short_help="Test a server of the conformance app over HTTP.")
@auth_option("How the server learns who asks; cases that need another way are skipped.")
@click.option(
    "--select",
    multiple=True,
    metavar="PATTERN",
    help="Only these cases: a pattern of ids ('http-read/*') or a topic (http-token). May be given "
    "several times.",
)
@outcome_options
@deadline_option
@click.option("--trace", is_flag=True, help="Show requests and replies on standard error.")
@click.option("--list", "listing", is_flag=True, help="List the ids of the cases, and ask nobody.")
@click.argument("url", required=False)
def http(url: str | None, **options: Any) -> int:
    """Test the server at URL, which serves the conformance app, over HTTP.

    conformance/app/README.md of the project specifies the app; its state is reset before each case.
    Exits with 0 if all is right, 1 if something is wrong, 2 if there is no such server.

    \b
    Examples:
      mizan conformance http http://127.0.0.1:8000/
      mizan conformance http --auth token --select 'http-cache/*' URL
      mizan conformance http --trace --select http-view/page URL
      mizan conformance http --list
    """
    from mizan_conformance.http.run import SiteUnusable, all_cases, run_http, vectors
    from mizan_conformance.vectors import SelectionError, select_vectors

    everything = vectors(all_cases())
    select = options["select"] or "*"
    try:
        if options["listing"]:
            click.echo("\n".join(each.id for each in select_vectors(everything, select)))
            return 0
        if url is None:
            raise click.UsageError("Missing argument 'URL': http://HOST:PORT/ of the server.")
        trace = sys.stderr if options["trace"] else None
        found = outcome(
            options,
            {each.id for each in everything},
            lambda: run_http(url, select, options["auth"], options["deadline"], trace=trace),
        )
    except (SiteUnusable, SelectionError) as error:
        raise click.UsageError(str(error)) from error
    return show(found, options)
