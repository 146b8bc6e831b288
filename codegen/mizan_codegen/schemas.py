"""Reads `schema/v1/` and prepares it for the generators (schema/README.md).

Invariant: what is prepared accepts the same documents as what was read.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
FOLDER = "schema/v1"
SUFFIX = ".schema.json"


class CodegenError(Exception):
    """Code cannot be generated: what is missing or wrong, and what to do about it."""


def load(folder: Path) -> dict[str, Schema]:
    """Return the schemas of a folder by kind (`call` of `call.schema.json`), sorted.

    Raises CodegenError if there are none, or one is not JSON.
    """
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        raise CodegenError(f"{folder} has no *{SUFFIX}: run this in a checkout of the project.")
    return {path.name.removesuffix(SUFFIX): _read(path) for path in paths}


def load_coercion(folder: Path) -> list[dict[str, Any]]:
    """Return the rules of `coercion.json`, in its order. Raises CodegenError as `load`."""
    rules: list[dict[str, Any]] = _read(folder / "coercion.json")["types"]
    return rules


def _read(path: Path) -> Schema:
    try:
        document: Schema = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CodegenError(f"{path} cannot be read: {error}") from error
    return document


def objects(node: Any) -> Iterator[Schema]:
    """Yield every object of a JSON value, outermost first."""
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from objects(child)


def without_titles(schema: Schema) -> Schema:
    """Drop the titles of the definitions, so that their keys name what is generated."""
    definitions = {
        name: {key: value for key, value in body.items() if key != "title"}
        for name, body in schema.get("$defs", {}).items()
    }
    return {**schema, "$defs": definitions} if definitions else schema


def discriminator(schema: Schema, schemas: dict[str, Schema], kind: str) -> str | None:
    """Return the member that tells the branches of an `anyOf` apart: a `const` in each, required.

    None if there is no such member, or a branch is not a reference to an object.
    """
    branches = [_follow(branch, schemas, kind) for branch in schema.get("anyOf", ())]
    if not branches or not all(branch.get("type") == "object" for branch in branches):
        return None
    names = [
        {name for name, member in branch["properties"].items() if "const" in member}
        & set(branch.get("required", ()))
        for branch in branches
    ]
    common = set.intersection(*names)
    return min(common) if common else None


def _follow(branch: Schema, schemas: dict[str, Schema], kind: str) -> Schema:
    if "$ref" not in branch:
        return {}
    file, _, pointer = branch["$ref"].partition("#")
    target: Schema = schemas[file.removesuffix(SUFFIX) or kind]
    for step in filter(None, pointer.split("/")):
        target = target[step]
    return target
