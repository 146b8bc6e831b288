"""The commands of `mizan`, as click knows them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from mizan.cli.main import cli
from mizan_docs.reference.text import Shown

_PRESERVED = "\b\n"  # begins a paragraph that click does not wrap


def commands() -> Iterator[Shown]:
    """Yield every command that does something by itself, groups left out."""
    yield from _below(cli, click.Context(cli, info_name="mizan"))


def _below(command: click.Command, context: click.Context) -> Iterator[Shown]:
    if not isinstance(command, click.Group):
        yield _shown(command, context)
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None  # noqa: S101 (click listed it)
        yield from _below(found, click.Context(found, info_name=name, parent=context))


def _shown(command: click.Command, context: click.Context) -> Shown:
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    return Shown(
        context.command_path,
        " ".join(command.collect_usage_pieces(context)),
        tuple(" ".join(each.split()) for each in paragraphs if not each.startswith(_PRESERVED)),
        tuple(
            each.removeprefix(_PRESERVED).rstrip()
            for each in paragraphs
            if each.startswith(_PRESERVED)
        ),
        tuple(_options(command, context)),
    )


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    for each in command.get_params(context):
        record = each.get_help_record(context)
        if isinstance(each, click.Option) and record and "--help" not in each.opts:
            yield record[0], " ".join(record[1].split())
