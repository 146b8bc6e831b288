"""`mizan canonical`: canonical text and canonical strings (SPEC.md, section 5.2)."""

import click
from mizan.protocol.canonical import canonical_json, canonical_string

from mizan.cli.common import STDIN, read_json, wrong_input


@click.command()
@click.argument("file", default=STDIN)
@click.option("--string", "as_string", is_flag=True, help="Print the canonical string instead.")
def command(file: str, as_string: bool) -> None:
    """Print the canonical text (RFC 8785) of the JSON value in FILE, default standard input.

    \b
    Example:
      echo '{"b": 1.0, "a": "x"}' | mizan canonical
    """
    value = read_json(file)
    with wrong_input(file):
        click.echo(canonical_string(value) if as_string else canonical_json(value))
