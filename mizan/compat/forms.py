"""The keywords of JSON Schema (2020-12) that are compared, and the form that their values have.

Invariant: what `check_schema` accepts can be compared without looking at the form of anything.
"""

from collections.abc import Callable, Iterator
from typing import Any

from mizan.pointer import step

NUMBERS = frozenset({"integer", "number"})
STRING, ARRAY, OBJECT = frozenset({"string"}), frozenset({"array"}), frozenset({"object"})
ANY_TYPE = frozenset({"boolean", "null"}) | NUMBERS | STRING | ARRAY | OBJECT
# keyword -> (whether the greater value is the tighter one, the types it is about, what its absence
# means, where that is a value)
BOUNDS: dict[str, tuple[bool, frozenset[str], int | None]] = {
    "minimum": (True, NUMBERS, None),
    "exclusiveMinimum": (True, NUMBERS, None),
    "minLength": (True, STRING, 0),
    "minItems": (True, ARRAY, 0),
    "minProperties": (True, OBJECT, 0),
    "maximum": (False, NUMBERS, None),
    "exclusiveMaximum": (False, NUMBERS, None),
    "maxLength": (False, STRING, None),
    "maxItems": (False, ARRAY, None),
    "maxProperties": (False, OBJECT, None),
}
CHILDREN = {"items": ARRAY, "additionalProperties": OBJECT, "propertyNames": OBJECT}
UNIONS = ("anyOf", "oneOf")


class SchemaError(ValueError):
    """What should be a JSON Schema is none; the message says where and why."""


def check_schema(schema: Any, at: str) -> None:
    """Raise SchemaError unless the keywords that are read here have values of the right form."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        raise SchemaError(f"{at}: expected a JSON Schema: an object or a boolean.")
    for keyword, (is_right, expected) in _FORMS.items():
        if keyword in schema and not is_right(schema[keyword]):
            raise SchemaError(f"{at}/{keyword}: expected {expected}.")
    for place, child in _children(schema):
        check_schema(child, f"{at}/{place}")


def _children(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (place, schema) for each schema that a schema holds."""
    for keyword in sorted(CHILDREN.keys() & schema.keys()):
        yield keyword, schema[keyword]
    for keyword in ("properties", "$defs"):
        for name, child in schema.get(keyword, {}).items():
            yield f"{keyword}{step(name)}", child
    for keyword in (*UNIONS, "allOf"):
        for number, child in enumerate(schema.get(keyword, ())):
            yield f"{keyword}/{number}", child


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_type(value: Any) -> bool:
    return {value} <= ANY_TYPE if isinstance(value, str) else _is_names(value) and bool(value)


_Form = tuple[Callable[[Any], bool], str]
_MEMBERS: _Form = (lambda value: isinstance(value, dict), "an object")
_LIST: _Form = (lambda value: isinstance(value, list) and bool(value), "a list that is not empty")
_TEXT: _Form = (lambda value: isinstance(value, str), "a string")
_FORMS: dict[str, _Form] = {
    "type": (_is_type, "the name of a type, or a list of them"),
    "required": (_is_names, "a list of names"),
    "enum": _LIST,
    **dict.fromkeys(("$ref", "pattern"), _TEXT),
    **dict.fromkeys(BOUNDS, (_is_number, "a number")),
    **dict.fromkeys(("properties", "$defs"), _MEMBERS),
    **dict.fromkeys((*UNIONS, "allOf"), _LIST),
}
