"""mizan.protocol.events: who is told of what he holds hears the values that he named alone."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DocumentError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.events import Held, shown, visible
from mizan.protocol.targets import EVERYTHING, Instance, Target, canonical_set, matches
from mizan.testing import instances, target_sets

MINE = Held("orders", (("page", "2"),), (("user_id", "5"),))


@st.composite
def helds(draw: st.DrawFn) -> Held:
    """An instance, of which the server filled in some parameters."""
    context, params = draw(instances())
    own = {name: draw(st.booleans()) for name, _ in params}
    return Held(
        context,
        tuple(pair for pair in params if own[pair[0]]),
        tuple(pair for pair in params if not own[pair[0]]),
    )


@given(target_sets(), st.lists(helds(), max_size=4))
def test_no_value_is_told_but_those_that_were_named(
    targets: list[Target], held: list[Held]
) -> None:
    named = {(h.context, name, canonical_string(value)) for h in held for name, value in h.params}
    for told in visible(targets, held):
        for name, value in told.params:
            assert (told.context, name, canonical_string(value)) in named


@given(target_sets(), st.lists(helds(), max_size=4))
def test_no_match_is_missed_and_nothing_is_told_of_others(
    targets: list[Target], held: list[Held]
) -> None:
    told = visible(targets, held)
    for each in held:
        is_stale = any(matches(target, each.instance) for target in targets)
        assert not is_stale or any(matches(target, each.instance) for target in told)
    contexts = {each.context for each in held}
    assert {each.context for each in told} <= contexts | {"*"}
    stale = any(matches(target, each.instance) for target in targets for each in held)
    everything = any(target.context == "*" for target in targets)
    assert bool(told) == (stale or everything)


@given(target_sets(), st.lists(helds(), max_size=4))
def test_it_is_a_canonical_set_and_goes_by_each_instance(
    targets: list[Target], held: list[Held]
) -> None:
    told = visible(targets, held)
    assert told == canonical_set(told)
    single = chain.from_iterable(visible([t], [h]) for t in targets for h in held)
    everything = [each for each in targets if each.context == "*"]
    expected = canonical_set([*single, *everything])
    assert [repr(e.context) for e in told] == [repr(e.context) for e in expected]


def test_a_bound_value_counts_and_is_not_told() -> None:
    mine = Target("orders", (("page", 2), ("user_id", 5)))
    assert visible([mine], [MINE]) == (Target("orders", (("page", 2),)),)
    assert visible([mine._replace(params=(("user_id", 6),))], [MINE]) == ()
    assert visible([Target("orders", (("user_id", "5"),))], [MINE]) == (Target("orders"),)


def test_who_holds_a_whole_context_hears_of_all_of_it_without_values() -> None:
    targets = [Target("orders", (("user_id", n),), "list") for n in (5, 6)]
    assert visible(targets, [Held("orders")]) == (Target("orders", (), "list"),)


def test_everything_stays_everything() -> None:
    assert visible([EVERYTHING], [MINE]) == (EVERYTHING,)
    assert visible([EVERYTHING], []) == (EVERYTHING,)
    assert visible([], [MINE]) == ()


def test_an_instance_has_all_its_parameters_in_order() -> None:
    assert Held("a", (("x", 1),), (("b", 2),)).instance == Instance("a", (("b", 2), ("x", 1)))
    assert shown(Target("a", (("b", 2), ("x", 1))), Held("a", (("x", 1),))).params == (("x", 1),)


def test_what_is_no_target_is_refused() -> None:
    with pytest.raises(DocumentError):
        visible([Target("orders", (("page", None),))], [MINE._replace(params=(("page", "null"),))])
