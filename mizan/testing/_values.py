"""Strategies for JSON values, parameter values and their types (SPEC.md, sections 5 and 6).

Invariant: what `accepted_values` draws for a type is coerced to it; every value drawn is JSON that
`decode` reads, so it can be sent to a port as it is.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st

from mizan.protocol.canonical import canonical_string

Json: TypeAlias = Any
ParameterType: TypeAlias = dict[str, Any]

_SAFE: Final = 2**53 - 1
# What tempts a codec to take text for something else, or to write it unencoded.
_TEMPTING: Final = (
    "", "0", "-0", "007", "5", "5.0", "1e3", "true", "null", "*", "a b", "a/b", "a;b=1", "a,b",
    "%41", "999999999999999", "1000000000000000", "-999999999999999", "\u00e9", "e\u0301",
    "\U0001f600", "\u2028", "\x00", "\x7f", '"', "\\", "~", "A", "z" * 512, "z" * 513, "1" * 1024,
    "1" * 1025,
)  # fmt: skip


def texts() -> st.SearchStrategy[str]:
    """Any text without lone surrogates, those that tempt a codec often."""
    anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    return st.sampled_from(_TEMPTING) | st.text(string.ascii_letters, max_size=8) | anything


def integers() -> st.SearchStrategy[int]:
    """Integers within +-(2^53-1), the ends often."""
    ends = [0, 1, -1, 10**15 - 1, 10**15, -(10**15), _SAFE, -_SAFE]
    return st.sampled_from(ends) | st.integers(-_SAFE, _SAFE)


def doubles() -> st.SearchStrategy[float]:
    """Finite doubles, -0.0 and the ends of the notations of ECMA-262 among them."""
    ends = [0.0, -0.0, 5.0, 1e-6, 1e-7, 1e20, 1e21, 1e22, 5e-324, 1.7976931348623157e308, 2.0**53]
    return st.sampled_from(ends) | st.floats(allow_nan=False, allow_infinity=False)


def scalars() -> st.SearchStrategy[Json]:
    """Strings, numbers and booleans."""
    return texts() | integers() | doubles() | st.booleans()


def param_values() -> st.SearchStrategy[Json]:
    """What a parameter of a target or instance can be: a scalar or an array of scalars."""
    return scalars() | st.lists(scalars(), max_size=3)


def json_values(max_leaves: int = 12) -> st.SearchStrategy[Json]:
    """Any JSON value; nesting stays well under the limit of 64."""
    return st.recursive(
        st.none() | scalars(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts(), inner, max_size=4),
        max_leaves=max_leaves,
    )


def parameter_types(*, lists: bool = True) -> st.SearchStrategy[ParameterType]:
    """Types of context parameters (`ParameterType` of common.schema.json), lists of them too."""
    return _types if lists else _item_types


def accepted_values(type_: Mapping[str, Any]) -> st.SearchStrategy[Json]:
    """Values that a parameter of this type accepts: JSON of the type, or its text."""
    if type_["type"] == "choice":
        return st.sampled_from(type_["choices"])
    if type_["type"] == "list":
        return st.lists(accepted_values(type_["items"]), max_size=3)
    return _ACCEPTED[type_["type"]]


def _choices() -> st.SearchStrategy[ParameterType]:
    values = st.lists(
        texts() | integers() | st.booleans(), min_size=1, max_size=4, unique_by=canonical_string
    )
    return values.map(lambda found: {"type": "choice", "choices": found})


def _decimals() -> st.SearchStrategy[str]:
    whole = st.integers(-(10**20), 10**20).map(str)
    fraction = st.text("0123456789", min_size=1, max_size=20)
    return whole | st.builds(lambda left, right: f"{left}.{right}", whole, fraction)


def _moments() -> st.SearchStrategy[str]:
    # The first and the last day are left out: in UTC they may fall into another year.
    days = st.dates().map(lambda day: day.isoformat()).filter(_is_inside)
    fractions = st.sampled_from(["", ".5", ".500", ".000000", ".123456"])
    offsets = st.sampled_from(["Z", "+00:00", "-00:00", "+05:30", "-23:59", "+23:59"])
    times = st.times().map(lambda time: time.strftime("%H:%M:%S"))
    return st.tuples(days, st.just("T"), times, fractions, offsets).map("".join)


def _is_inside(day: str) -> bool:
    return day not in ("0001-01-01", "9999-12-31")


_hex = st.uuids().map(str)
_ACCEPTED: Final[Mapping[str, st.SearchStrategy[Json]]] = {
    "boolean": st.booleans() | st.sampled_from(["true", "false"]),
    "integer": integers() | integers().map(str),
    "number": integers() | doubles() | integers().map(str) | st.sampled_from(["1.5", "1E5", "-0"]),
    "string": texts(),
    "uuid": _hex | _hex.map(str.upper),
    "date": st.dates().map(lambda day: day.isoformat()),
    "datetime": _moments(),
    "decimal": _decimals(),
    "choice": st.nothing(),
    "list": st.nothing(),
}

# Made once: making a strategy costs more than drawing from it.
_plain = st.sampled_from([name for name in _ACCEPTED if name not in ("choice", "list")])
_item_types = _plain.map(lambda name: {"type": name}) | _choices()
_types = _item_types | _item_types.map(lambda item: {"type": "list", "items": item})
