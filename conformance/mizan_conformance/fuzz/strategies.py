"""Hypothesis as a source of cases, and of small ones: a few hundred a second, where `search` draws
thousands.

Invariant: a run is a function of its seed and of the two sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st

from mizan.testing import (
    declarations,
    headers,
    instance_documents,
    json_values,
    manifests,
    target_set_documents,
)

from .engine import Enough, drawn
from .mutate import Case, Mutator, is_tag
from .search import Search
from .vector import Difference

_MOST_FAULTS: Final = 20  # after that a hang or crash is small enough: each costs time


def _case(op: str, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
    return st.fixed_dictionaries(members).map(lambda input_: Case(op, input_))


def _as_bytes(data: bytes) -> dict[str, str]:
    return {"$bytes": data.hex()}


def _tagged(value: Any) -> Any:
    """Return a value as annex C.1 writes it: an object with a name like a tag's by its members."""
    if isinstance(value, list):
        return [_tagged(item) for item in value]
    if not isinstance(value, dict):
        return value
    members = [[name, _tagged(item)] for name, item in value.items()]
    return {"$members": members} if is_tag(value) else dict(members)


def _formats() -> st.SearchStrategy[Case]:
    limits = st.fixed_dictionaries({}, optional={"limit": st.integers(1, 120)})
    return st.builds(
        lambda targets, limit: Case("header.format", {"targets": targets, **limit}),
        target_set_documents(),
        limits,
    )


# What is drawn besides changes of the vectors' inputs.
_OWN: Final[Mapping[str, Callable[[], st.SearchStrategy[Case]]]] = {
    "canonical": lambda: _case("canonical", value=json_values().map(_tagged)),
    "jcs": lambda: _case("jcs", value=json_values().map(_tagged)),
    "header": lambda: (
        _case("header.parse", field=headers())
        | _case("header.parse", field=(st.binary(max_size=40)).map(_as_bytes))
        | _formats()
    ),
    "targets": lambda: (
        _case("targets.canonical", targets=target_set_documents())
        | _case(
            "guards.instance", instance=instance_documents(), scope_params=st.just(["a", "b", "c"])
        )
    ),
    "manifest": lambda: _case("manifest.build", declarations=declarations()),
    "edge": lambda: _case("edge.resolve", manifest=manifests(), targets=target_set_documents()),
}


def cases(topic: str, mutator: Mutator) -> st.SearchStrategy[Case]:
    """Draw requests of a topic."""
    changed = st.randoms(use_true_random=False).map(lambda random: mutator.draw(random))
    return changed | _OWN[topic]() if topic in _OWN else changed


def search(
    sides: Search, topic: str, mutator: Mutator, examples: int, seed: int
) -> Difference | None:
    """Compare the two sides on what Hypothesis draws. Returns the smallest difference, or None."""
    smallest: Difference | None = None
    faults = 0

    def attempt(case: Case) -> None:
        nonlocal smallest, faults
        sides.asked += 1
        sides.progress(min(sides.asked, examples), examples)
        found = sides.compare([case]) if case.op in sides.ops else None
        if found is None:
            return
        if smallest is None or found.size <= smallest.size:
            smallest = found
        faults += found.is_slow
        if faults >= _MOST_FAULTS:
            raise Enough
        raise found

    drawn(cases(topic, mutator), attempt, examples, seed, (Difference,))
    return smallest
