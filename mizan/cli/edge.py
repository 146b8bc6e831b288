"""`mizan edge`: what a cache purges for a header field (SPEC.md, section 12.2); a cache's rules."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from mizan.cli.common import INPUT, InputError, echo_json, read_argument, read_document
from mizan.cli.edge_vcl import vcl
from mizan.errors import MizanError
from mizan.protocol.edge import resolve as resolve_targets
from mizan.protocol.header import parse
from mizan.protocol.targets import EVERYTHING, Target


@click.group()
def command() -> None:
    """Resolve targets to tags, URLs and URL patterns; make Varnish an edge."""


command.add_command(vcl)


@command.command()
@click.argument("field")
@click.option(
    "--manifest",
    required=True,
    type=INPUT,
    help="The server's manifest: a file, or - for standard input.",
)
def resolve(field: str, manifest: str) -> None:
    """Print what an edge purges for FIELD.

    FIELD is a value of X-Mizan-Invalidate; with `-` it is read from standard input.

    Prints a JSON object with the lists `tags`, `urls` and `patterns`; in a pattern `*` stands for
    any characters. What the manifest does not know is said on standard error.

    \b
    Example:
      mizan edge resolve --manifest manifest.json 'user;user_id=5'
    """
    document = read_document(manifest, "manifest")
    try:
        targets = parse(read_argument(field))
    except MizanError as error:
        hint = "An edge takes a field that it cannot read for `*`: everything."
        raise InputError(f"FIELD: {error} [{error.code}]\n{hint}") from error
    for note in _unknown(document["contexts"], targets):
        click.echo(f"Note: {note}", err=True)
    found = resolve_targets(document, targets)
    echo_json({name: list(values) for name, values in found._asdict().items()})


def _unknown(contexts: Mapping[str, Any], targets: Iterable[Target]) -> Iterator[str]:
    """Yield what targets name that no context of a manifest has: an edge takes it as MZ-EDG-006 and
    007 say, but a person may have mistyped it."""
    for target in targets:
        context = contexts.get(target.context)
        if target == EVERYTHING:
            continue
        if context is None:
            yield f"there is no context {target.context}; there are: {', '.join(sorted(contexts))}"
            continue
        known = {each["name"] for each in (*context["parameters"], *context["bound_params"])}
        for name in sorted(dict(target.params).keys() - known):
            listed = ", ".join(sorted(known)) or "none"
            yield f"{target.context} has no parameter {name}; there are: {listed}"
