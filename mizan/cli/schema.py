"""`mizan schema list|show|diff`: the schemas, and what changed between two versions of them."""

import json
from pathlib import Path
from typing import Any

import click

from mizan.cli.common import (
    STDIN,
    InputError,
    Kind,
    check_document,
    echo_json,
    read_json,
    shown,
    style_option,
)
from mizan.compat import Change, SchemaError, compare_client_schemas, compare_schemas

_SUFFIX = ".schema.json"
_EITHER = click.Path(exists=True, allow_dash=True)


@click.group()
def command() -> None:
    """List, show or compare schemas."""


@command.command("list")
def list_() -> None:
    """List the kinds of documents, each with the title of its schema.

    \b
    Example:
      mizan schema list
    """
    from mizan.schemas import kinds, load

    width = max(len(kind) for kind in kinds())
    for kind in kinds():
        click.echo(f"{kind:<{width}}  {load(kind)['title']}")


@command.command()
@click.argument("kind", type=Kind())
def show(kind: str) -> None:
    """Print the schema of KIND.

    \b
    Example (`mizan schema list` names the kinds):
      mizan schema show manifest
    """
    from mizan.schemas import load

    echo_json(load(kind))


@command.command()
@click.argument("old", type=_EITHER)
@click.argument("new", type=_EITHER)
@style_option
def diff(old: str, new: str, style: str) -> int:
    """Name each breaking change from OLD to NEW; exit 1 if there is one.

    OLD and NEW are two folders of schemas (*.schema.json), two schemas, or two client schemas. A
    change breaks if a document that was fine before is not fine after; of a client schema, if a
    client made from OLD would no longer work.

    \b
    Examples:
      mizan schema diff schema/v1 ../new/schema/v1
      mizan schema diff released.json client-schema.json
    """
    try:
        changes = _compare(old, new)
    except SchemaError as error:
        raise InputError(str(error)) from error
    except RecursionError as error:
        message = "the definitions refer to each other in chains too long to be compared."
        raise InputError(message) from error
    if style == "json":
        listed = [{"file": c.file, "pointer": c.pointer, "message": c.message} for c in changes]
        click.echo(json.dumps({"breaking": listed}, ensure_ascii=False))
    else:
        for change in changes:
            click.echo(str(change))
        plural = "" if len(changes) == 1 else "s"
        click.echo(f"{len(changes)} breaking change{plural}.", err=True)
    return 1 if changes else 0


def _compare(old: str, new: str) -> list[Change]:
    folders = Path(old).is_dir(), Path(new).is_dir()
    if all(folders):
        return compare_schemas(_folder(Path(old)), _folder(Path(new)))
    if any(folders):
        raise click.UsageError("Compare two files or two folders, not one of each.")
    before, after = _schema(old), _schema(new)
    clients = _is_client_schema(before), _is_client_schema(after)
    if all(clients):
        for path, document in ((old, before), (new, after)):
            check_document(path, "client-schema", document)
        return compare_client_schemas(before, after)
    if any(clients):
        raise click.UsageError("Compare two schemas or two client schemas, not one of each.")
    return compare_schemas({**_beside(old), "": before}, {**_beside(new), "": after}, only=[""])


def _folder(path: Path) -> dict[str, Any]:
    found = {file.name: _schema(str(file)) for file in sorted(path.glob(f"*{_SUFFIX}"))}
    if not found:
        raise click.UsageError(f"{path} has no *{_SUFFIX}.")
    return found


def _beside(path: str) -> dict[str, Any]:
    """Return the schemas of a file's folder, to which it may refer."""
    siblings = [] if path == STDIN else sorted(Path(path).parent.glob(f"*{_SUFFIX}"))
    return {file.name: _schema(str(file)) for file in siblings}


def _schema(path: str) -> dict[str, Any]:
    document = read_json(path)
    if not isinstance(document, dict):
        raise InputError(f"{shown(path)}: expected a JSON object: a schema or a client schema.")
    return document


def _is_client_schema(document: dict[str, Any]) -> bool:
    from mizan.schemas import guess_kind

    return guess_kind(document) == "client-schema"
