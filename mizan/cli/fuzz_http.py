"""`mizan fuzz http URL`: random requests to a live server, whose replies are held to SPEC.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mizan.cli.common import need
from mizan.cli.conformance_http import auth_option, deadline_option
from mizan.cli.fuzz_common import corpus_option, count_option, seed_option

_PATTERNS = "May be given several times."


@click.command("http", short_help="Fuzz a live server, by its client schema.")
@click.option(
    "--schema",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The server's client schema (manage.py export_client_schema); without it the server has "
    "to be one of the conformance app.",
)
@auth_option("How a server of the conformance app learns who asks.")
@click.option(
    "--header",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Sent with some of the requests: who asks, besides nobody. {NAME} stands for the value in "
    "what is printed and kept. May be given several times.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="PATTERN",
    help=f"Only these functions and contexts. {_PATTERNS}",
)
@click.option(
    "--except",
    "leave_out",
    multiple=True,
    metavar="PATTERN",
    help=f"Not these functions and contexts, such as those that send mail. {_PATTERNS}",
)
@click.option(
    "--lenient",
    multiple=True,
    metavar="PATTERN",
    help=f"Functions that may refuse with 422 what their schemas allow. {_PATTERNS}",
)
@count_option("--examples", 300, "How many sequences of requests to draw.")
@seed_option
@click.option(
    "--max-time",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Stop after this time; default: when all is drawn.",
)
@corpus_option("A folder of cases to begin with; what is found is added to it.")
@deadline_option
@click.argument("url")
def http(url: str, **options: Any) -> int:
    """Send random requests to the server at URL, and hold its replies to SPEC.md.

    It calls functions that write: never use it on data that matter. Nobody else should write
    meanwhile. Exits with 0 if nothing is wrong, 1 if something is, 2 if the call is wrong. The
    smallest requests found are printed as lines for a shell.

    \b
    Examples:
      mizan fuzz http http://127.0.0.1:8765/
      mizan fuzz http --schema client-schema.json --except 'mail_*' URL
      mizan fuzz http --corpus corpus --examples 5000 --max-time 600 URL
    """
    need("testing", "hypothesis")
    from mizan_conformance.fuzz_http.run import fuzz_http
    from mizan_conformance.fuzz_http.server import NothingToAsk, meet
    from mizan_conformance.http.site import Site, SiteUnusable

    try:
        server = meet(
            Site(url, options["deadline"]),
            options["schema"],
            auth=options["auth"],
            headers=dict(map(_field, options["header"])),
            select=options["select"],
            leave_out=options["leave_out"],
            lenient=options["lenient"],
        )
        found = fuzz_http(
            server,
            options["examples"],
            options["seed"],
            options["max_time"],
            corpus=options["corpus"],
        )
    except (SiteUnusable, NothingToAsk, ValueError) as error:
        raise click.UsageError(str(error)) from error
    return 0 if found is None else 1


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise click.UsageError(f"--header {text!r} is none: write 'NAME: VALUE'.")
    return name.strip(), value.strip()
