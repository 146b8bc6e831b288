"""Coercion of context parameters to their declared types (SPEC.md, section 5.3).

Invariant: what is returned is canonical: equal values have one canonical string, and coercing it
again changes nothing. What text a type accepts is said by the table `mizan.models.coercion`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mizan.errors import CoerceError, DeclarationError, JsonError, show
from mizan.models.coercion import RULES
from mizan.protocol.canonical import canonical_string
from mizan.protocol.decode import decode
from mizan.protocol.values import MAX_INTEGER, JsonValue, whole

ParameterType = Mapping[str, Any]
"""A ``ParameterType`` of ``common.schema.json``."""

_MATCHES: Final = {
    name: re.compile(rule.pattern).fullmatch for name, rule in RULES.items() if rule.pattern
}
_EXPECTED: Final = {
    "boolean": "true or false",
    "integer": "an integer without leading zeros",
    "number": "a number as JSON writes it",
    "string": "a string",
    "uuid": "a UUID, 8-4-4-4-12 hex digits",
    "date": "a date, YYYY-MM-DD",
    "datetime": "a date-time with an offset, YYYY-MM-DDTHH:MM:SS[.ffffff](Z|±HH:MM)",
    "decimal": "a decimal number as a string, without exponent",
    "list": "a JSON array",
}
_MAX_DIGITS: Final = RULES["decimal"].max_digits or 64
_INTEGER_DIGITS: Final = len(str(MAX_INTEGER))


def coerce(value: object, type: ParameterType, *, nullable: bool = False) -> JsonValue:  # noqa: A002 (the word of the schema)
    """Return the canonical value of a JSON value for a ParameterType; None only for a null.

    Raises CoerceError (``coerce.type``, ``.lexical``, ``.range``, ``.choice``, ``.null``) and, for
    a string with a lone surrogate, JsonError (``json.surrogate``).
    """
    if value is None:
        if nullable:
            return None
        raise CoerceError("coerce.null", f"Expected {_expected(type)}, got null.")
    return _COERCIONS[type["type"]](value, type)


def check_type(type: ParameterType) -> None:  # noqa: A002 (the word of the schema)
    """Raise DeclarationError (``declaration.ambiguous``) for choices that read alike."""
    kind = type.get("items", type)
    texts = [canonical_string(value) for value in kind.get("choices", ())]
    twice = [text for number, text in enumerate(texts) if text in texts[:number]]
    if twice:
        message = f"Two choices have the canonical string {show(twice[0])}; each needs its own."
        raise DeclarationError("declaration.ambiguous", message)


def _expected(kind: ParameterType) -> str:
    if kind["type"] == "choice":
        return "one of " + ", ".join(show(value) for value in kind["choices"][:10])
    return _EXPECTED[kind["type"]]


def _refuse(code: str, value: object, kind: ParameterType, why: str = "") -> CoerceError:
    message = f"Expected {_expected(kind)}, got {_shown(value)}{why}."
    return CoerceError(f"coerce.{code}", message)


def _shown(value: object) -> str:
    return str(value) if value.__class__ is int and -(10**20) < value < 10**20 else show(value)


def _text(value: object, kind: ParameterType) -> str:
    """Return the value if it is text that the type accepts."""
    if not isinstance(value, str):
        raise _refuse("type", value, kind)
    if not _MATCHES[kind["type"]](value):
        raise _refuse("lexical", value, kind)
    return value


def _boolean(value: object, kind: ParameterType) -> JsonValue:
    if isinstance(value, bool):
        return value
    return _text(value, kind) == "true"


def _integer(value: object, kind: ParameterType) -> JsonValue:
    if type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER:
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value if isinstance(value, int) else whole(value)
        if isinstance(number, float):
            raise _refuse("type", value, kind)
        return _in_range(number, value, kind)
    text = _text(value, kind)
    if len(text) > _INTEGER_DIGITS + 1:  # a million digits are never converted
        raise _refuse("range", value, kind, ", which is not within ±(2^53-1)")
    return _in_range(int(text), value, kind)


def _in_range(number: int, value: object, kind: ParameterType) -> int:
    if -MAX_INTEGER <= number <= MAX_INTEGER:
        return number
    raise _refuse("range", value, kind, ", which is not within ±(2^53-1)")


def _number(value: object, kind: ParameterType) -> JsonValue:
    if isinstance(value, int) and not isinstance(value, bool):
        return _in_range(value, value, kind)
    if isinstance(value, float):
        return _finite(value, value, kind)
    text = _text(value, kind)
    if text.lstrip("-").isdigit():
        return _integer(text, kind) if text != "-0" else 0
    return _finite(float(text), value, kind)


def _finite(number: float, value: object, kind: ParameterType) -> int | float:
    if number - number == 0:  # neither NaN nor infinite
        return whole(number)
    raise _refuse("range", value, kind, ", which is no finite double")


def _string(value: object, kind: ParameterType) -> JsonValue:
    if not isinstance(value, str):
        raise _refuse("type", value, kind)
    return canonical_string(value)


def _choice(value: object, kind: ParameterType) -> JsonValue:
    if not isinstance(value, (str, int, float)):
        raise _refuse("type", value, kind)
    try:
        text = canonical_string(value)
    except JsonError:
        raise _refuse("choice", value, kind) from None
    for choice in kind["choices"]:
        if canonical_string(choice) == text:
            return choice  # type: ignore[no-any-return] # a JSON value of the declaration
    raise _refuse("choice", value, kind)


def _uuid(value: object, kind: ParameterType) -> JsonValue:
    return _text(value, kind).lower()


def _date(value: object, kind: ParameterType) -> JsonValue:
    text = _text(value, kind)
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        raise _refuse("range", value, kind, ", which is no day of the calendar") from None
    return text


def _datetime(value: object, kind: ParameterType) -> JsonValue:
    text = _text(value, kind)
    clock, zone = (text[:-1], "+00:00") if text[-1] == "Z" else (text[:-6], text[-6:])
    seconds, _, fraction = clock.partition(".")
    fields = [int(part) for part in re.split("[-T:]", seconds)]
    try:
        # A time of day, for its range: offsets reach from -23:59 to +23:59.
        ahead = dt.time.fromisoformat(zone[1:])
        offset = dt.timedelta(hours=ahead.hour, minutes=ahead.minute)
        moment = dt.datetime(*fields)  # type: ignore[arg-type] # noqa: DTZ001 (made UTC next)
        moment = moment + offset if zone[0] == "-" else moment - offset
    except (ValueError, OverflowError):
        why = ", which is no moment of the years 0001 to 9999"
        raise _refuse("range", value, kind, why) from None
    fraction = fraction.rstrip("0")
    return f"{moment.isoformat()}{'.' if fraction else ''}{fraction}Z"


def _decimal(value: object, kind: ParameterType) -> JsonValue:
    text = _text(value, kind)
    if len(text.replace("-", "").replace(".", "")) > _MAX_DIGITS:
        raise _refuse("range", value, kind, f", which has more than {_MAX_DIGITS} digits")
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    return "0" if text == "-0" else text


def _list(value: object, kind: ParameterType) -> JsonValue:
    if isinstance(value, str):
        value = _decoded(value, kind)
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes, bytearray)):
        raise _refuse("type", value, kind)
    items: list[JsonValue] = []
    for number, item in enumerate(value):
        try:
            items.append(coerce(item, kind["items"]))
        except (CoerceError, JsonError) as error:
            raise error.__class__(error.code, error.message, pointer=f"/{number}") from None
    return items


def _decoded(text: str, kind: ParameterType) -> JsonValue:
    try:
        value = decode(text)
    except JsonError:
        raise _refuse("lexical", text, kind) from None
    if not isinstance(value, list):
        raise _refuse("lexical", text, kind)
    return value


_COERCIONS: Final[dict[str, Callable[[object, ParameterType], JsonValue]]] = {
    "boolean": _boolean,
    "integer": _integer,
    "number": _number,
    "string": _string,
    "choice": _choice,
    "uuid": _uuid,
    "date": _date,
    "datetime": _datetime,
    "decimal": _decimal,
    "list": _list,
}
