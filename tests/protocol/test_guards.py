"""mizan/protocol/guards.py: the guards of instances and targets, and their tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DeclarationError, DocumentError, JsonError
from mizan.protocol.guards import Guard, instance_guards, tag, target_guard
from mizan.protocol.targets import EVERYTHING, Instance, Target, matches

INSTANCE = Instance("user", (("a", 1), ("b", "x"), ("c", True), ("page", 2)))


def test_guards_of_an_instance_are_every_subset_of_its_scope() -> None:
    a, b, c = ("a", "1"), ("b", "x"), ("c", "true")
    assert instance_guards(INSTANCE, ["c", "a", "b", "a"]) == (
        Guard("user", ()),
        Guard("user", (a,)),
        Guard("user", (b,)),
        Guard("user", (c,)),
        Guard("user", (a, b)),
        Guard("user", (a, c)),
        Guard("user", (b, c)),
        Guard("user", (a, b, c)),
    )


@pytest.mark.parametrize("scope_params", [[], ["z"]])
def test_without_scope_there_is_the_contexts_guard(scope_params: list[str]) -> None:
    assert instance_guards(INSTANCE, scope_params) == (Guard("user"),)


def test_there_are_at_most_three_scope_parameters() -> None:
    with pytest.raises(DeclarationError) as caught:
        instance_guards(INSTANCE, ["a", "b", "c", "d"])
    assert caught.value.code == "declaration.scope"


def test_the_guard_of_a_target_leaves_out_what_does_not_scope() -> None:
    target = Target("user", (("a", 5.0), ("page", 2)), "f")
    assert target_guard(target, ["a", "b"]) == Guard("user", (("a", "5"),))
    assert target_guard(target, []) == Guard("user")


def test_everything_has_no_guard() -> None:
    with pytest.raises(DocumentError) as caught:
        target_guard(EVERYTHING, [])
    assert caught.value.code == "document.invalid"


def test_a_value_without_a_canonical_string_is_refused() -> None:
    with pytest.raises(JsonError):
        target_guard(Target("user", (("a", "\ud800"),)), ["a"])


@pytest.mark.parametrize(
    ("guard", "name"),
    [
        (Guard("user"), "user"),
        (Guard("a" * 32), "a" * 32),
        # Made with another program: openssl and base32.
        (Guard("a" * 33), "h-unt6fenhrdnzsstemhb3lvgtoc"),
        (Guard("user", (("user_id", "5"),)), "h-s4232lvepgz5ezjk27w7bygxkh"),
        (Guard("user", (("a", "ü"), ("b", ""))), "h-3z5kjk2ktl35d7ypn624hqngp7"),
    ],
)
def test_tags(guard: Guard, name: str) -> None:
    assert tag(guard) == name


params = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 1)).map(
    lambda some: tuple(sorted(some.items()))
)


@given(params, st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(0, 1))))
def test_an_instance_stands_under_the_guard_of_whatever_matches_it(
    some: tuple[tuple[str, int], ...], values: dict[str, int]
) -> None:
    target, instance = Target("user", some), Instance("user", tuple(values.items()))
    guards = instance_guards(instance, "abc")
    assert len(guards) == 8
    if matches(target, instance):
        assert target_guard(target, "abc") in guards
