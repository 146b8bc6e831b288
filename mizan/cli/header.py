"""`mizan header parse|format`: the field X-Mizan-Invalidate (SPEC.md, section 8)."""

import click
from mizan.protocol.header import format as format_field
from mizan.protocol.header import parse as parse_field
from mizan.protocol.targets import target_from_json, target_to_json

from mizan.cli.common import InputError, echo_json, parse_json, wrong_input


@click.group()
def command() -> None:
    """Parse or format the X-Mizan-Invalidate field."""


@command.command()
@click.argument("field")
def parse(field: str) -> None:
    """Print the targets of a field value as JSON.

    \b
    Example:
      mizan header parse 'user;user_id=5, notifications'
    """
    with wrong_input("FIELD"):
        echo_json([target_to_json(target) for target in parse_field(field)])


@command.command("format")
@click.argument("targets")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=2048,
    show_default=True,
    help="The most bytes of the field value; over it targets are coarsened.",
)
def format_(targets: str, limit: int) -> None:
    """Print the field value of a JSON array of targets.

    \b
    Example:
      mizan header format '["news", {"context": "user", "params": {"user_id": 5}}]'
    """
    listed = parse_json(targets, "TARGETS")
    if not isinstance(listed, list):
        raise InputError("TARGETS: expected a JSON array of targets.")
    with wrong_input("TARGETS"):
        click.echo(format_field([target_from_json(item) for item in listed], limit))
