"""`mizan edge resolve`: what a cache purges for a header field (SPEC.md, section 12.2)."""

import click
from mizan.protocol.edge import resolve as resolve_targets
from mizan.protocol.header import parse
from mizan.schemas import problems

from mizan.cli.common import InputError, echo_json, read_json, wrong_input


@click.group()
def command() -> None:
    """Resolve targets to tags, URLs and URL patterns."""


@command.command()
@click.argument("field")
@click.option("--manifest", required=True, help="The manifest: a file, or - for standard input.")
def resolve(field: str, manifest: str) -> None:
    """Print what the targets in FIELD, a value of X-Mizan-Invalidate, make an edge purge.

    \b
    Example:
      mizan edge resolve --manifest manifest.json 'user;user_id=5'
    """
    document = read_json(manifest)
    found = problems("manifest", document)
    if found:
        raise InputError(
            f"{manifest}: {found[0].pointer or '(whole document)'}: {found[0].message}"
        )
    with wrong_input("FIELD"):
        targets = parse(field)
    resolution = resolve_targets(document, targets)
    echo_json(
        {
            "tags": list(resolution.tags),
            "urls": list(resolution.urls),
            "patterns": list(resolution.patterns),
        }
    )
