"""Draws inputs fast: takes the vectors' own inputs apart and puts them together anew.

Invariant: what is drawn is a function of the generator's seed, of the vectors and of the corpus.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any, Final, NamedTuple

from .topics import NEVER_EMPTY, PLACES, WHOLE, Kind

Path = tuple[Any, ...]

_LETTERS: Final = (
    "a", "b", "_", "A", "0", "1", "9", " ", "\t", "*", "/", ";", "=", ",", ".", "-", "~", ":", "?",
    "&", "+", "%", '"', "\\", "(", ")", "[", "]", "{", "}", "\x00", "\x1f", "\x7f", "\u0080",
    "\u00e9", "\u0301", "\u2028", "\ufeff", "\uffff", "\ufffd", "\U0001f600", "\U0010ffff",
)  # fmt: skip
_WORDS: Final = (
    "%41", "%e2%82%ac", "%C3%A9", "%ff", "%2F", "%00", "true", "false", "null", "-0", "007", "1e21",
    "1.0", "0.1", "5e-324", "999999999999999", "1000000000000000", "9007199254740992", "NaN",
    "?1", ":YQ==:", "@1", '"a"', "a;b=1", "2026-02-30", "2026-01-01T00:00:60Z", "\\ud800",
    "\\u0000", "[]", "{}",
    "z" * 65, "z" * 513, "1" * 1025,
)  # fmt: skip
_NUMBERS: Final = (
    0, 1, -1, 5, 63, 64, 65, 2**31, 10**15 - 1, 10**15, 2**53 - 1, -(2**53 - 1), -0.0, 0.1, 1.5,
    1e-6, 1e-7, 1e20, 1e21, 1e22, 5e-324, 1.7976931348623157e308, 333333333.3333332,
)  # fmt: skip
_MOST: Final = 4000  # characters of a text that is changed further: what grows without end is slow


class Case(NamedTuple):
    """One request: an operation of annex C and its input."""

    op: str
    input: dict[str, Any]


class Mutator:
    """Draws cases of some operations."""

    def __init__(self, seeds: Iterable[Case], ops: Sequence[str]) -> None:
        """Take the inputs to begin from: those of the vectors, and of a corpus."""
        self._seeds: dict[str, list[dict[str, Any]]] = defaultdict(list)
        # Values by operation and general place: what stands there in one input may in another.
        self._values: dict[tuple[str, Path], list[Any]] = defaultdict(list)
        for case in seeds:
            if case.op in ops:
                self._seeds[case.op].append(case.input)
                for path, value in walk(case.input):
                    self._values[case.op, general(path)].append(value)
        self._ops = [op for op in ops if op in self._seeds]
        self._walked: dict[int, list[tuple[Path, Any]]] = {}

    def draw(self, random: Random) -> Case:
        """Return one case: an input of the seeds with one to four changes."""
        op = random.choice(self._ops)
        input_ = random.choice(self._seeds[op])
        places = self._places(input_)
        for _ in range(random.choice((0, 0, 0, 1, 2, 3))):
            input_ = self._with_a_change(op, input_, places, random)
            places = list(walk(input_))
        return Case(op, self._with_a_change(op, input_, places, random))

    def _places(self, seed: dict[str, Any]) -> list[tuple[Path, Any]]:
        """Return the places of an input of the seeds, which last as long as this does."""
        if id(seed) not in self._walked:
            self._walked[id(seed)] = list(walk(seed))
        return self._walked[id(seed)]

    def _with_a_change(
        self, op: str, input_: dict[str, Any], places: list[tuple[Path, Any]], random: Random
    ) -> dict[str, Any]:
        path, value = random.choice(places)
        changed: dict[str, Any] = replaced(input_, path, self._changed(op, path, value, random))
        return changed

    def _changed(self, op: str, path: Path, value: Any, random: Random) -> Any:
        free = kind_of(op, path)
        if free and random.random() < 0.8:
            return _ANEW[free](value, random)
        if isinstance(value, list) and path[-1] not in WHOLE and random.random() < 0.6:
            return _other_items(value, path, random)
        return random.choice(self._values.get((op, general(path))) or [value])


def walk(value: Any, path: Path = ()) -> Iterable[tuple[Path, Any]]:
    """Yield every place below an input with its value; a tag, or what is WHOLE, is one value."""
    if path and path[-1] in WHOLE and (len(path) == 1 or path[-1] == "type"):
        return
    if isinstance(value, dict) and not is_tag(value):
        items: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    else:
        return
    for name, item in items:
        yield (*path, name), item
        yield from walk(item, (*path, name))


def is_tag(value: dict[str, Any]) -> bool:
    """Whether an object stands for a value that JSON cannot carry (annex C.1)."""
    return any(name.startswith("$") for name in value)


def general(path: Path) -> Path:
    """Return a place with `*` for each index, and for the names of parameters."""
    found: list[Any] = []
    for step in path:
        inside = found and found[-1] in ("params", "args", "bound", "vary")
        found.append("*" if inside or isinstance(step, int) else step)
    return tuple(found)


def kind_of(op: str, path: Path) -> Kind | None:
    """Say how the value at a place may be changed, None where only another's value may stand."""
    place = general(path)
    for free in PLACES.get(op, ()):
        is_below = free.kind == "json" and place[: len(free.path)] == free.path
        if place == free.path or is_below:
            return free.kind
    return None


def replaced(value: Any, path: Path, new: Any) -> Any:
    """Return a value with another at one place; what was there before is left as it was."""
    if not path:
        return new
    first, *rest = path
    copy = value.copy()
    copy[first] = replaced(value[first], tuple(rest), new)
    return copy


def _other_items(items: list[Any], path: Path, random: Random) -> list[Any]:
    if not items:
        return items
    at = random.randrange(len(items))
    how = random.randrange(3)
    if how == 0 and (len(items) > 1 or path[-1] not in NEVER_EMPTY):
        return items[:at] + items[at + 1 :]
    if how == 1:
        return [*items[:at], items[at], *items[at:]]
    other = random.randrange(len(items))
    swapped = items.copy()
    swapped[at], swapped[other] = items[other], items[at]
    return swapped


def _string(value: Any, random: Random) -> str:
    return _other_text(value if isinstance(value, str) else "", random)


def _text(value: Any, random: Random) -> Any:
    if isinstance(value, dict):  # bytes, or a repetition
        return _other_bytes(value, random)
    text = _string(value, random)
    if random.random() < 0.05:
        return {"$bytes": text.encode().hex() + random.choice(("", "ff", "c3", "eda080"))}
    return text


def _other_bytes(tag: dict[str, Any], random: Random) -> Any:
    if "$bytes" not in tag or random.random() < 0.1:
        return tag
    data = bytearray.fromhex(tag["$bytes"])
    at = random.randrange(len(data) + 1)
    data[at : at + random.randrange(2)] = random.randbytes(random.randrange(3))
    return {"$bytes": data.hex()}


def _other_text(text: str, random: Random) -> str:
    for _ in range(random.choice((1, 1, 2, 3))):
        at = random.randrange(len(text) + 1)
        cut = random.choice((0, 0, 1, 1, 2, 8))
        new = random.choice((random.choice(_LETTERS), random.choice(_WORDS), text[at : at + 8], ""))
        text = (text[:at] + new + text[at + cut :])[:_MOST]
    return text


def _scalar(value: Any, random: Random) -> Any:
    how = random.randrange(6)
    if how <= 2:
        return _string(value, random)
    if how == 3:
        return random.choice((True, False, None))
    return random.choice(_NUMBERS)


def _scalars(value: Any, random: Random) -> Any:
    if random.random() < 0.15:
        return [_scalar(value, random) for _ in range(random.randrange(4))]
    return _scalar(value, random)


def _json(value: Any, random: Random, depth: int = 0) -> Any:
    how = random.random()
    if how < 0.7 or depth > 2:
        return _scalar(value, random)
    inside = [_json(value, random, depth + 1) for _ in range(random.randrange(4))]
    if how < 0.85:
        return inside
    # A name that begins with `$` would make a tag of it.
    return {_other_text("", random).lstrip("$"): item for item in inside}


_ANEW: Final[dict[Kind, Callable[[Any, Random], Any]]] = {
    "string": _string,
    "text": _text,
    "scalar": _scalars,
    "json": _json,
}
