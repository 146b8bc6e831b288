"""What a JSON value is here, and its limits (SPEC.md, section 5 and annex A).

Invariant: an integer of a JSON value fits in a double exactly; a double is finite.
"""

from __future__ import annotations

from typing import Final, TypeAlias

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
"""What ``decode`` returns: plain Python values."""

MAX_INTEGER: Final = 2**53 - 1
"""Integers lie between minus this and this."""

MAX_DEPTH: Final = 64
"""The greatest nesting of arrays and objects; ``[[1]]`` is 2."""


def whole(number: float) -> int | float:
    """An integral double within ±(2^53-1) as that integer, any other as it is (MZ-DEC-009)."""
    if -MAX_INTEGER <= number <= MAX_INTEGER and number.is_integer():
        return int(number)
    return number


def double_text(number: float) -> str:
    """A finite double as ECMA-262 ``Number::toString`` writes it (MZ-JCS-003).

    Both languages write the shortest digits that read back as the same double; only the notation
    differs: Python changes to exponents at 1e16 and below 1e-4, ECMA at 1e21 and below 1e-6.
    """
    mantissa, _, exponent = float.__repr__(number).partition("e")
    if not exponent:
        text = mantissa.removesuffix(".0")
        return "0" if text == "-0" else text
    power = int(exponent)
    sign = "-" if number < 0 else ""
    digits = mantissa.removeprefix("-").replace(".", "")
    if 0 < power < 21:
        return sign + digits.ljust(power + 1, "0")
    if -7 < power < 0:
        return sign + "0." + digits.rjust(len(digits) - power - 1, "0")
    return f"{sign}{mantissa.removeprefix('-')}e{power:+d}"
