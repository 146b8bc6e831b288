"""JSON values for a JSON Schema: right ones, almost right ones, and hostile ones.

Invariant: what is drawn says nothing of its validity: `is_valid` and `is_invalid` do, and where
neither holds (a format, a string that a lax server reads as a number) nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st
from jsonschema import Draft202012Validator, TypeChecker
from jsonschema.validators import extend

from mizan.testing import accepted_values, json_values, texts

Schema = Mapping[str, Any]
Values = st.SearchStrategy[Any]

_MOST: Final = 2**53 - 1
_DEEPEST: Final = 4
_SCALARS: Final = ("integer", "number", "string", "boolean")
# Keywords that say all there is to say: with any other, a value may be refused for more.
_UNCLAIMED: Final = frozenset({"format", "contentMediaType", "contentEncoding"})


def right_values(schema: Schema, whole: Schema, depth: int = 0) -> Values:
    """Draw values that fit a schema, as far as it can be seen; `whole` has the definitions."""
    if "$ref" in schema:
        return right_values(referred(schema, whole), whole, depth + 1)
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return st.one_of([right_values(each, whole, depth) for each in _shallow(branches, depth)])
    if "allOf" in schema:
        merged = {key: value for part in schema["allOf"] for key, value in part.items()}
        return right_values(merged, whole, depth)
    kinds = schema.get("type", "any")
    if isinstance(kinds, list):
        return st.one_of([_OF_TYPE[kind](schema, whole, depth) for kind in kinds])
    return _OF_TYPE[kinds](schema, whole, depth)


def mostly(common: Values, rare: Values, times: int = 3) -> Values:
    """Draw from one strategy, and one time in so many from another; `one_of` knows no weights."""
    return st.integers(1, times).flatmap(lambda drawn: rare if drawn == times else common)


def referred(schema: Schema, whole: Schema) -> Schema:
    """Return the definition that a schema refers to; itself where it is no reference."""
    if "$ref" not in schema:
        return schema
    found: Schema = whole.get("$defs", {}).get(schema["$ref"].rpartition("/")[2], {})
    return found


def _shallow(branches: list[Schema], depth: int) -> list[Schema]:
    plain = [each for each in branches if each.get("type") in (*_SCALARS, "null")]
    return plain if plain and depth > _DEEPEST else branches


def _integers(schema: Schema, *_: Any) -> Values:
    least, most = _bounds(schema, 1)
    small = st.integers(max(least, min(1, most)), min(most, max(3, least)))
    return small | st.integers(least, most)


def _numbers(schema: Schema, *_: Any) -> Values:
    least, most = _bounds(schema, 0)
    doubles = st.floats(least, most, allow_nan=False, allow_infinity=False)
    return _integers(schema) | doubles.filter(is_readable)


def is_readable(value: object) -> bool:
    """Whether a strict reader takes the canonical text of a number: not the doubles from 2^53 on
    that are written without exponent (MZ-JCS-003, MZ-DEC-003)."""
    return not isinstance(value, float) or not _MOST < abs(value) < 1e21


def _bounds(schema: Schema, step: int) -> tuple[Any, Any]:
    least = schema.get("minimum", schema.get("exclusiveMinimum", -_MOST - step) + step)
    most = schema.get("maximum", schema.get("exclusiveMaximum", _MOST + step) - step)
    return int(least), int(most)


def _strings(schema: Schema, *_: Any) -> Values:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if "pattern" in schema:
        return st.from_regex(re.compile(schema["pattern"]))
    least, most = schema.get("minLength", 0), schema.get("maxLength", 40)
    plain = st.text("abc", min_size=least, max_size=max(least, min(most, 8)))
    return plain | (WORDS | texts()).filter(lambda text: least <= len(text) <= most)


def _arrays(schema: Schema, whole: Schema, depth: int) -> Values:
    least = schema.get("minItems", 0)
    most = least if depth > _DEEPEST else min(schema.get("maxItems", least + 3), least + 3)
    items = right_values(schema.get("items") or {}, whole, depth + 1)
    if "prefixItems" in schema:
        return st.tuples(*[right_values(e, whole, depth + 1) for e in schema["prefixItems"]]).map(
            list
        )
    return st.lists(items, min_size=least, max_size=most)


def _objects(schema: Schema, whole: Schema, depth: int) -> Values:
    named = {
        name: right_values(each, whole, depth + 1)
        for name, each in schema.get("properties", {}).items()
    }
    required = schema.get("required", ())
    must = {name: each for name, each in named.items() if name in required}
    may = {name: each for name, each in named.items() if name not in required}
    if depth > _DEEPEST:
        may = {}
    more = schema.get("additionalProperties")
    if not named and isinstance(more, dict):
        return st.dictionaries(texts(), right_values(more, whole, depth + 1), max_size=3)
    return st.fixed_dictionaries(must, optional=may)


WORDS: Final = st.sampled_from(
    ("a", "A", "5", "", "a b", "+", "%41", "a;b=1", "'\"", "\x00", "é", "e\u0301", "\U0001f0a1")
)
"""Texts that are easily read as something else."""

_FORMATS: Final[Mapping[str, Values]] = {
    "uuid": accepted_values({"type": "uuid"}),
    "date": accepted_values({"type": "date"}),
    "date-time": accepted_values({"type": "datetime"}),
    "decimal": accepted_values({"type": "decimal"}),
    "time": st.times().map(lambda time: time.strftime("%H:%M:%S")),
    "email": st.sampled_from(["ada@example.com", "b@example.org"]),
    "uri": st.sampled_from(["https://example.com/", "http://localhost/a?b=c"]),
}
_OF_TYPE: Final[Mapping[str, Callable[[Schema, Schema, int], Values]]] = {
    "integer": _integers,
    "number": _numbers,
    "string": _strings,
    "boolean": lambda *_: st.booleans(),
    "null": lambda *_: st.none(),
    "array": _arrays,
    "object": _objects,
    "any": lambda *_: json_values(4),
}


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


_HOSTILE: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 1.5, 10**15, _MOST, 2**53, 10**40, 1e308),
    *("", "x", "\x00", "x" * 600, "x" * 5000, "\ud800", "../../etc", "' OR 1=1 --", "<b>"),
    *([], {}, [[]], {"a": {}}, {"$ref": "#"}, [None] * 300, _nested(30), _nested(70)),
)
HOSTILE: Final[Values] = st.integers(0, len(_HOSTILE) - 1).map(_HOSTILE.__getitem__)
"""Values that programs stumble over."""


def wrong_in_one_place(values: Values) -> Values:
    """Draw values with something else at one place: a member gone, added or replaced."""
    return st.builds(_changed, values, st.integers(0, 20), HOSTILE | json_values(3), st.booleans())


def _changed(value: Any, at: int, new: Any, remove: bool) -> Any:
    if isinstance(value, dict) and value and at < 20:
        name = sorted(value)[at % len(value)]
        rest = {key: item for key, item in value.items() if key != name}
        if remove:
            return rest
        inner = isinstance(value[name], (dict, list)) and at > 10
        return rest | {name: _changed(value[name], at - 10, new, remove) if inner else new}
    if isinstance(value, dict):
        return value | {"no_such_member": new}
    if isinstance(value, list) and value:
        return [*value[:-1], new]
    return new


def _is_integer(_: TypeChecker, value: object) -> bool:
    """Integers are what `decode` reads as one: 1e308 is a double (MZ-DEC-009)."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_scalar(_: TypeChecker, value: object) -> bool:
    return isinstance(value, (str, int, float, bool))


def _same_text(_: Any, choices: list[Any], value: object, __: Any) -> Any:
    if str(value).lower() not in {str(each).lower() for each in choices}:
        yield from Draft202012Validator.VALIDATORS["enum"](_, choices, value, __)


_Strict: Final = extend(  # type: ignore[no-untyped-call]  # jsonschema's own
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)
# Keywords of the types that values have, whatever a reader makes of them.
_LIMITS: Final = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), (int, float)),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), str),
    "multipleOf": (int, float),
}


def _limit(keyword: str, kinds: Any) -> Any:
    check = Draft202012Validator.VALIDATORS[keyword]

    def limited(validator: Any, limit: Any, value: object, schema: Any) -> Any:
        if isinstance(value, kinds) and not isinstance(value, bool):
            yield from check(validator, limit, value, schema)

    return limited


# One that takes any scalar for another: what a server may read into a value.
_Lax: Final = extend(  # type: ignore[no-untyped-call]  # jsonschema's own
    Draft202012Validator,
    {"enum": _same_text, **{name: _limit(name, kinds) for name, kinds in _LIMITS.items()}},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many(
        dict.fromkeys(_SCALARS, _is_scalar)
    ),
)


def is_valid(value: object, schema: Schema, whole: Schema) -> bool:
    """Whether a value certainly fits: the schema says so, and says all."""
    return _says_all(schema, whole) and _Strict(_whole(schema, whole)).is_valid(value)


def is_invalid(value: object, schema: Schema, whole: Schema) -> bool:
    """Whether a value certainly does not fit, however lax the reader is with scalars."""
    return not _Lax(_whole(schema, whole)).is_valid(value)


def _whole(schema: Schema, whole: Schema) -> dict[str, Any]:
    return {**schema, "$defs": {**whole.get("$defs", {}), **schema.get("$defs", {})}}


def _says_all(schema: object, whole: Schema, seen: frozenset[str] = frozenset()) -> bool:
    if isinstance(schema, list):
        return all(_says_all(each, whole, seen) for each in schema)
    if not isinstance(schema, dict):
        return True
    if _UNCLAIMED & schema.keys():
        return False
    ref = schema.get("$ref")
    if isinstance(ref, str) and ref not in seen:
        return _says_all(referred(schema, whole), whole, seen | {ref})
    return all(_says_all(each, whole, seen) for each in schema.values())
