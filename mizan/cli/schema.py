"""`mizan schema list|show|diff`: the schemas, and what changed between two versions of them."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from mizan.schemas import kinds, load

from mizan.cli.common import echo_json, read_json
from mizan.compat import Change, compare_client_schemas, compare_schemas


@click.group()
def command() -> None:
    """List, show or compare schemas."""


@command.command("list")
def list_() -> None:
    """List the kinds of documents, each with the title of its schema."""
    width = max(len(kind) for kind in kinds())
    for kind in kinds():
        click.echo(f"{kind:<{width}}  {load(kind)['title']}")


@command.command()
@click.argument("kind")
def show(kind: str) -> None:
    """Print the schema of KIND."""
    if kind not in kinds():
        raise click.BadParameter(f"{kind!r} is no kind: one of {', '.join(kinds())}.")
    echo_json(load(kind))


@command.command()
@click.argument("old")
@click.argument("new")
@click.option("--format", "style", type=click.Choice(["human", "json"]), default="human")
def diff(old: str, new: str, style: str) -> None:
    """Name each breaking change from OLD to NEW; exit 1 if there is one.

    OLD and NEW are two schemas, two folders of schemas, or two client schemas.
    """
    changes = _compare(old, new)
    if style == "json":
        listed = [{"file": c.file, "pointer": c.pointer, "message": c.message} for c in changes]
        click.echo(json.dumps({"breaking": listed}, ensure_ascii=False))
    else:
        for change in changes:
            click.echo(str(change))
        plural = "" if len(changes) == 1 else "s"
        click.echo(f"{len(changes)} breaking change{plural}.", err=True)
    sys.exit(1 if changes else 0)


def _compare(old: str, new: str) -> list[Change]:
    if Path(old).is_dir() != Path(new).is_dir():
        raise click.UsageError("compare two files or two folders, not one of each.")
    if Path(old).is_dir():
        return compare_schemas(_folder(old), _folder(new))
    before, after = _schema(old), _schema(new)
    if _is_client_schema(before) != _is_client_schema(after):
        raise click.UsageError("compare two schemas or two client schemas, not one of each.")
    if _is_client_schema(before):
        return compare_client_schemas(before, after)
    return compare_schemas({"": before}, {"": after})


def _folder(path: str) -> dict[str, Any]:
    found = {file.name: _schema(str(file)) for file in sorted(Path(path).glob("*.schema.json"))}
    if not found:
        raise click.UsageError(f"{path} has no *.schema.json.")
    return found


def _schema(path: str) -> dict[str, Any]:
    document = read_json(path)
    if not isinstance(document, dict):
        raise click.UsageError(f"{path}: expected a JSON object: a schema or a client schema.")
    return document


def _is_client_schema(document: dict[str, Any]) -> bool:
    return "mizan" in document and "functions" in document
