"""`mizan canonical`: canonical text and canonical strings (SPEC.md, section 5.2)."""

import click

from mizan.cli.common import INPUT, STDIN, read_json, shown, wrong_input
from mizan.protocol.canonical import canonical_json, canonical_string


@click.command()
@click.argument("file", type=INPUT, default=STDIN)
@click.option(
    "--string",
    "as_string",
    is_flag=True,
    help="Print the canonical string instead: of a string the string itself, without quotes.",
)
def command(file: str, as_string: bool) -> None:
    """Print the canonical text (RFC 8785) of the JSON value in FILE.

    Without FILE, or with `-`, it reads standard input.

    \b
    Example, which prints {"a":"x","b":1}:
      echo '{"b": 1.0, "a": "x"}' | mizan canonical
    """
    value = read_json(file)
    with wrong_input(shown(file)):
        click.echo(canonical_string(value) if as_string else canonical_json(value))
