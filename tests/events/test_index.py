"""mizan/events/index.py: what it finds is what `visible` says of each subscription."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mizan.events.index import Index
from mizan.protocol.events import Held, visible
from mizan.protocol.targets import Target, canonical_set, serialise
from mizan.testing import instances, target_sets


@st.composite
def helds(draw: st.DrawFn) -> Held:
    context, params = draw(instances())
    named = draw(st.integers(min_value=0, max_value=len(params)))
    return Held(context, params[:named], params[named:])


def told(index: Index[str], targets: list[Target]) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = {}
    for text, target, by in index.find(targets):
        assert text == serialise(target)
        for each in by:
            found.setdefault(each, []).append(target)
    return found


@given(
    st.lists(st.lists(helds(), min_size=1, max_size=2), max_size=3),
    st.lists(target_sets(), max_size=3),
)
def test_it_finds_what_each_may_know(
    several: list[list[Held]], messages: list[list[Target]]
) -> None:
    index: Index[str] = Index()
    names = [f"s{n}" for n in range(len(several))]
    for name, held in zip(names, several, strict=True):
        index.add(name, held)
        if messages:  # an index of what is seen is made before all are there
            index.find(messages[0])
    for gone in (None, *names):
        if gone:
            index.remove(gone)
            index.remove(gone)
        for targets in messages:
            found = told(index, targets)
            for name, held in zip(names, several, strict=True):
                seen = visible(targets, held) if name in index.subscriptions else ()
                texts = [serialise(each) for each in canonical_set(found.get(name, []))]
                assert texts == [serialise(each) for each in seen]
    assert (len(index), index._shapes) == (0, {})


def test_who_holds_nothing_hears_everything_alone() -> None:
    index: Index[str] = Index()
    index.add("s", [])
    assert told(index, [Target("a")]) == {}
    assert told(index, [Target("*")]) == {"s": [Target("*")]}
    assert Index[str]().find([Target("*")]) == []
