"""Documents held to the schemas of `schema/v1/` (SPEC.md, section 4; annex C.5, `validate`).

Invariant: what is checked is the writer's form, and every problem says where it is, what was
expected there and what stood there instead.

jsonschema is imported by what needs it, for that takes longer than to check most documents.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from mizan.errors import DocumentError
from mizan.pointer import step
from mizan.resources import schema_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

_BASE = "https://w3id.org/mizan/v1/"
_SUFFIX = ".schema.json"
_SHARED = "common"  # definitions alone: no kind of document

# Members that only documents of the kind have; the first row that fits decides.
_SHAPES: tuple[tuple[str, frozenset[str]], ...] = (
    ("vectors", frozenset({"topic", "op", "vectors"})),
    ("manifest", frozenset({"mizan", "contexts", "mutations"})),
    ("coercion", frozenset({"mizan", "types"})),
    ("port", frozenset({"id", "op", "input"})),
    ("port", frozenset({"id", "ok"})),
    ("port", frozenset({"id", "error"})),
    ("error", frozenset({"type", "status", "code"})),
    ("cache-key", frozenset({"context", "params", "rev", "schema"})),
    ("mwt", frozenset({"header", "claims"})),
    ("headers", frozenset({"field", "targets"})),
    ("events", frozenset({"heartbeat", "refused"})),
    ("events", frozenset({"targets", "spread"})),
    ("events", frozenset({"reason"})),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document.

    `pointer` is the JSON Pointer (RFC 6901) of the value, `keyword` the schema's keyword that
    refuses it, `expected` and `found` are phrases, `message` is a sentence of both.
    """

    pointer: str
    keyword: str
    expected: str
    found: str
    message: str


@cache
def kinds() -> tuple[str, ...]:
    """Return the kinds of documents in order: `cache-key`, `call`, …"""
    stems = (path.name.removesuffix(_SUFFIX) for path in _folder().glob(f"*{_SUFFIX}"))
    return tuple(sorted(stem for stem in stems if stem != _SHARED))


def load(kind: str) -> dict[str, Any]:
    """Return the schema of a kind; the caller may change it.

    Raises DocumentError (`document.kind`) if there is no such kind.
    """
    if kind not in kinds():
        message = f"{kind!r} is no kind of document: one of {', '.join(kinds())}."
        raise DocumentError("document.kind", message)
    return _read(kind)


def validator(kind: str) -> Validator:
    """Return a validator for documents of the kind, read by `decode`. Raises as `load`.

    It differs from a plain one in `pattern`: `$` stands for the end of the text alone, as in
    ECMA-262, not for the place before a last line feed too.
    """
    load(kind)
    return _validator(kind)


def problems(kind: str, document: object) -> list[Problem]:
    """Return what is wrong with a document of the kind; empty if it is right. Raises as `load`."""
    errors = validator(kind).iter_errors(document)  # type: ignore[arg-type] # any value, not JSON alone
    found = [_problem(error) for error in _leaves(errors)]
    return sorted(found, key=lambda each: (each.pointer, each.keyword, each.message))


def guess_kind(document: object) -> str | None:
    """Return the kind of a document by `$schema` or else by its shape, None if it has neither."""
    if isinstance(document, list):
        return "invalidation" if all(isinstance(each, str | dict) for each in document) else None
    if not isinstance(document, dict):
        return None
    if "$schema" in document:
        kind = str(document["$schema"]).removeprefix(_BASE).removesuffix(_SUFFIX)
        known = kind in kinds() and document["$schema"] == f"{_BASE}{kind}{_SUFFIX}"
        return kind if known else None
    names = document.keys()
    for kind, members in _SHAPES:
        if members <= names:
            return kind
    return _guess_by_values(document)


def _guess_by_values(document: Mapping[str, object]) -> str | None:
    """Tell apart the kinds that share the names of their members."""
    functions = document.get("functions")
    if "mizan" in document and functions is not None:
        return "client-schema" if isinstance(functions, dict) else "declarations"
    if isinstance(document.get("function"), str):
        return "call"
    if document and document.keys() <= {"result", "invalidate", "fresh"}:
        return "result"
    # A bundle has only names of its own; its results are mostly objects, arrays or null.
    names = re.compile(_read(_SHARED)["$defs"]["Name"]["pattern"])
    named = document and all(names.fullmatch(name) for name in document)
    plain = any(isinstance(value, str | int | float) for value in document.values())
    return "context-bundle" if named and not plain else None


def _folder() -> Path:
    return schema_dir() / "v1"


def _read(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((_folder() / f"{kind}{_SUFFIX}").read_text("utf-8"))
    return schema


def _pattern(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _compiled(pattern).search(instance):
        from jsonschema import ValidationError

        yield ValidationError(f"{instance!r} does not match {pattern!r}")


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # The dialect of schema/README.md anchors every pattern, and `$` is its last character.
    return re.compile(pattern.removesuffix("$") + r"\Z")


@cache
def _validator(kind: str) -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    schemas = {each: _read(each) for each in (*kinds(), _SHARED)}
    for schema in schemas.values():
        del schema["$schema"]  # else a reference to it would be followed by the plain class
    registry = Registry().with_resources(
        [(schema["$id"], DRAFT202012.create_resource(schema)) for schema in schemas.values()]
    )
    cls = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call] # jsonschema's own
    made: Validator = cls(schemas[kind], registry=registry)
    return made


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Yield the errors, each `anyOf` replaced by those of the branch that was meant, if one was."""
    for error in errors:
        branch = _branch_meant(error) if error.validator == "anyOf" else None
        if branch is None:
            yield error
        else:
            yield from _leaves(branch)


def _branch_meant(error: ValidationError) -> list[ValidationError] | None:
    """Return the errors of the branch that fits best: of the right type, and with the fewest
    faults of its own members; None if two fit as well, or none has the right type.
    """
    branches: dict[object, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.relative_schema_path[0], []).append(each)
    ranked = sorted(
        (sum(not each.relative_path for each in branch), number)
        for number, branch in enumerate(branches.values())
        if not any(_tells_apart(each) for each in branch)
    )
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return list(branches.values())[ranked[0][1]]


def _tells_apart(error: ValidationError) -> bool:
    """Whether the error says that another branch was meant: a type, or a constant member."""
    depth = len(error.relative_path)
    return (error.validator == "type" and depth == 0) or (error.validator == "const" and depth == 1)


def _problem(error: ValidationError) -> Problem:
    names = "propertyNames" in error.relative_schema_path
    keyword = "propertyNames" if names else str(error.validator)
    expected, found = _phrases(error)
    if names:
        expected, found = f"a member name that is {expected}", f"the member {found}"
    pointer = "".join(map(step, error.absolute_path))
    return Problem(pointer, keyword, expected, found, f"expected {expected}, found {found}.")


def _phrases(error: ValidationError) -> tuple[str, str]:
    """Return what was expected, and what stood there."""
    keyword = str(error.validator)
    value: Any = error.validator_value
    instance: Any = error.instance
    schema: Any = error.schema
    if keyword == "required":
        missing = next(name for name in value if error.message.startswith(repr(name)))
        return (
            f"the member {_show(missing)}",
            f"only {_listed(instance)}" if instance else "an empty object",
        )
    if keyword == "additionalProperties":
        extra = [name for name in instance if name not in schema["properties"]]
        return f"only {_listed(schema['properties'])}", _listed(extra)
    if keyword == "anyOf":
        return f"one of: {', '.join(map(_branch_name, value))}", _show(instance)
    if keyword == "pattern" and len(value) > _LONG:
        return f"what {_show(schema.get('title', 'the grammar'))} describes", _show(instance)
    if keyword == "const":
        return _show(value), _show(instance)
    return _EXPECTED[keyword].format(_listed_values(value)), _show(instance)


_LONG = 100
_EXPECTED = {
    "type": "a value of type {}",
    "enum": "one of {}",
    "pattern": "text that matches {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minProperties": "at least {} members",
    "minimum": "a number of at least {}",
    "maximum": "a number of at most {}",
}


def _branch_name(branch: Mapping[str, Any]) -> str:
    return str(branch.get("$ref", branch.get("type", "another value"))).rpartition("/")[2]


def _listed(names: Iterable[str]) -> str:
    return "the members " + ", ".join(_show(name) for name in sorted(names))


def _listed_values(value: object) -> str:
    return ", ".join(map(_show, value)) if isinstance(value, list) else str(value)


def _show(value: object, limit: int = 60) -> str:
    text = json.dumps(value, ensure_ascii=True, default=repr)
    return text if len(text) <= limit else f"{text[:limit]}..."
