"""`mizan header parse|format`: the field X-Mizan-Invalidate (SPEC.md, section 8)."""

import click

from mizan.cli.common import InputError, echo_json, read_argument, wrong_input
from mizan.protocol.decode import decode
from mizan.protocol.header import WRITE_LIMIT
from mizan.protocol.header import format as format_field
from mizan.protocol.header import parse as parse_field
from mizan.protocol.targets import target_from_json, target_to_json


@click.group()
def command() -> None:
    """Parse or format the field X-Mizan-Invalidate."""


@command.command()
@click.argument("field")
def parse(field: str) -> None:
    """Print the targets that FIELD names, as JSON.

    FIELD is a value of X-Mizan-Invalidate; with `-` it is read from standard input.

    \b
    Example:
      mizan header parse 'user;user_id=5, notifications'
    """
    with wrong_input("FIELD"):
        echo_json([target_to_json(target) for target in parse_field(read_argument(field))])


@command.command("format")
@click.argument("targets")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=WRITE_LIMIT,
    show_default=True,
    metavar="BYTES",
    help="How long the value may get; a longer one is coarsened: it names more than it must.",
)
def format_(targets: str, limit: int) -> None:
    """Print the value of X-Mizan-Invalidate for TARGETS.

    TARGETS is a JSON array; with `-` it is read from standard input.

    \b
    Example, which prints news, user;id=5:
      mizan header format '["news", {"context": "user", "params": {"id": 5}}]'
    """
    with wrong_input("TARGETS"):
        listed = decode(read_argument(targets))
    if not isinstance(listed, list):
        raise InputError('TARGETS: expected a JSON array of targets: ["news"].')
    found = []
    for number, item in enumerate(listed):
        with wrong_input(f"TARGETS, item {number}"):
            found.append(target_from_json(item))
    with wrong_input("TARGETS"):
        click.echo(format_field(found, limit))
