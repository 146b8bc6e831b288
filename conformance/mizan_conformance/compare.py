"""Compares what a port answers with what a vector expects (SPEC.md, annex C.1).

Invariant: numbers are compared by value, as doubles; everything else exactly, and a boolean is no
number. A difference is told at the first place, in document order, where the two part.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from mizan.pointer import step

_SHOWN = 160
_WINDOW = 30  # characters on each side of where long texts part


class Difference(NamedTuple):
    """Where two values part: a JSON Pointer, and what was expected and what stood there."""

    pointer: str
    expected: str
    actual: str
    parting: str = ""

    def __str__(self) -> str:
        place = f"at {self.pointer}: " if self.pointer else ""
        return f"{place}expected {self.expected}, got {self.actual}{self.parting}"


def difference(expected: Any, actual: Any, pointer: str = "") -> Difference | None:
    """Return the first difference between two JSON values, or None where they are equal."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _of_objects(expected, actual, pointer)
    if isinstance(expected, list) and isinstance(actual, list):
        return _of_arrays(expected, actual, pointer)
    if _equal(expected, actual):
        return None
    if isinstance(expected, str) and isinstance(actual, str):
        return _of_texts(expected, actual, pointer)
    return Difference(pointer, show(expected), show(actual))


def show(value: Any, limit: int = _SHOWN) -> str:
    """Return a value as one line of JSON in ASCII, cut in its middle where it is long."""
    try:
        text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    except RecursionError:
        return "a value that is nested too deep to show"
    if len(text) <= limit:
        return text
    half = limit // 2
    return f"{text[:half]} ... {text[-half:]} ({len(text)} characters)"


def _of_texts(expected: str, actual: str, at: str) -> Difference:
    """Tell the first byte at which two texts part, and show what stands around it."""
    left, right = (text.encode("utf-8", "surrogatepass") for text in (expected, actual))
    pairs = zip(left, right, strict=False)
    byte = next((index for index, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))
    # Where that byte is within a character, the character begins before it.
    place = len(left[:byte].decode("utf-8", "ignore"))
    parting = f" (they part at byte {byte}: {_byte(left, byte)}, not {_byte(right, byte)})"
    if not (left and right):
        parting = ""
    return Difference(at, _around(expected, place), _around(actual, place), parting)


def _byte(data: bytes, index: int) -> str:
    return f"0x{data[index]:02x}" if index < len(data) else "the end"


def _around(text: str, place: int) -> str:
    if len(text) <= _SHOWN // 2:
        return show(text)
    start, end = max(0, place - _WINDOW), place + _WINDOW
    shown = json.dumps(text[start:end], ensure_ascii=True)
    marks = ("... " if start else "", " ..." if end < len(text) else "")
    return f"{marks[0]}{shown}{marks[1]} ({len(text)} characters)"


def _equal(expected: Any, actual: Any) -> bool:
    if _is_number(expected) and _is_number(actual):
        return _double(expected) == _double(actual)
    return type(expected) is type(actual) and bool(expected == actual)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _double(value: float) -> float:
    # Every JSON number of the protocol is a double, so 1e21 and its 22 digits are one value.
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _of_objects(expected: dict[str, Any], actual: dict[str, Any], at: str) -> Difference | None:
    for name, value in expected.items():
        place = f"{at}{step(name)}"
        if name not in actual:
            return Difference(place, show(value), "nothing")
        if found := difference(value, actual[name], place):
            return found
    for name, value in actual.items():
        if name not in expected:
            return Difference(f"{at}{step(name)}", "nothing", show(value))
    return None


def _of_arrays(expected: list[Any], actual: list[Any], at: str) -> Difference | None:
    for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
        if found := difference(left, right, f"{at}/{index}"):
            return found
    if len(expected) == len(actual):
        return None
    place = f"{at}/{min(len(expected), len(actual))}"
    longer = expected if len(expected) > len(actual) else actual
    item = show(longer[min(len(expected), len(actual))])
    return Difference(place, *((item, "nothing") if longer is expected else ("nothing", item)))
