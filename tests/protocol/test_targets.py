"""mizan/protocol/targets.py: JSON form, serialised form, covering, canonical sets."""

from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DocumentError, JsonError
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.targets import (
    EVERYTHING,
    Instance,
    Target,
    canonical_set,
    field_value,
    instance_from_json,
    instance_to_json,
    matches,
    serialise,
    target_from_json,
    target_text,
    target_to_json,
    uncovered,
)

LONGEST = "a" * 64

# Few names and values, so that targets meet.
values = st.sampled_from(["5", 5, 5.0, 6, True, "a b", ["x", 1], "Zürich"])
targets = st.builds(
    lambda context, params, function: Target(context, tuple(sorted(params.items())), function),
    st.sampled_from(["a", "a.b", "b"]),
    st.dictionaries(st.sampled_from("pqrstu"), values, max_size=6),
    st.sampled_from([None, None, "f", "g"]),
)
many_targets = st.lists(targets | st.just(EVERYTHING), max_size=12)


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("*", EVERYTHING),
        ("user", Target("user")),
        (LONGEST, Target(LONGEST)),
        ("a.b_1", Target("a.b_1")),
        ({"context": "user"}, Target("user")),
        ({"context": "user", "params": {}, "unknown": 1}, Target("user")),
        (
            {"context": "user", "params": {"b": 1, "a": [True]}},
            Target("user", (("a", [True]), ("b", 1))),
        ),
        ({"context": "user", "function": "f"}, Target("user", (), "f")),
    ],
)
def test_reads_json(value: object, target: Target) -> None:
    assert target_from_json(value) == target


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        (5, "/0"),
        (None, "/0"),
        ("", "/0"),
        ("User", "/0"),
        ("user\n", "/0"),
        ("a..b", "/0"),
        (LONGEST + "a", "/0"),
        (["user"], "/0"),
        ({}, "/0/context"),
        ({"context": "*"}, "/0/context"),
        ({"context": "user", "function": None}, "/0/function"),
        ({"context": "user", "function": "F"}, "/0/function"),
        ({"context": "user", "params": None}, "/0/params"),
        ({"context": "user", "params": ["a"]}, "/0/params"),
        ({"context": "user", "params": {"a.b": 1}}, "/0/params"),
        ({"context": "user", "params": {LONGEST + "a": 1}}, "/0/params"),
        ({"context": "user", "params": {1: 1}}, "/0/params"),
        ({"context": "user", "params": {"a": None}}, "/0/params/a"),
        ({"context": "user", "params": {"a": {}}}, "/0/params/a"),
        ({"context": "user", "params": {"a": [None]}}, "/0/params/a"),
        ({"context": "user", "params": {"a": [[1]]}}, "/0/params/a"),
    ],
)
def test_refuses_what_is_no_target(value: object, pointer: str) -> None:
    with pytest.raises(DocumentError) as caught:
        target_from_json(value, "/0")
    assert caught.value.code == "document.invalid"
    assert caught.value.pointer == pointer


def test_pointers_are_from_the_value_itself_unless_told() -> None:
    for read in (target_from_json, instance_from_json):
        with pytest.raises(DocumentError) as caught:
            read({})
        assert caught.value.pointer == "/context"


@given(targets | st.just(EVERYTHING))
def test_json_and_back(target: Target) -> None:
    assert target_from_json(target_to_json(target)) == target
    assert target_text(target) == canonical_json(target_to_json(target))


def test_writes_a_name_where_nothing_narrows() -> None:
    assert target_to_json(Target("user")) == "user"
    assert target_to_json(EVERYTHING) == "*"


def test_instances_of_json() -> None:
    value = {"context": "user", "params": {"b": 2, "a": "x"}}
    instance = instance_from_json(value)
    assert instance == Instance("user", (("a", "x"), ("b", 2)))
    assert instance_to_json(instance) == value


@pytest.mark.parametrize("value", ["user", {"context": "user"}, {"context": "*", "params": {}}])
def test_refuses_what_is_no_instance(value: object) -> None:
    with pytest.raises(DocumentError):
        instance_from_json(value)


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (EVERYTHING, "*"),
        (Target("user"), "user"),
        (Target("user", (), "user_orders"), "user/user_orders"),
        (Target("user", (("a", 5), ("b", "x")), "f"), "user/f;a=5;b=x"),
        (Target("user", (("a", -0.0),)), "user;a=0"),
        (Target("user", (("a", (1, "b")),)), 'user;a="%5B1%2C%22b%22%5D"'),
    ],
)
def test_serialises(target: Target, text: str) -> None:
    assert serialise(target) == text


@pytest.mark.parametrize(
    "target",
    [
        Target("User"),
        Target("*", (("a", 1),)),
        Target("*", (), "f"),
        Target("user, *"),
        Target("user", (), "F"),
        Target("user", (), ""),
        Target("user", (("A", 1),)),
        Target("user", (("b", 1), ("a", 1))),
        Target("user", (("a", 1), ("a", 1))),
        Target("user", (("a", None),)),
        Target("user", (("a", {}),)),
    ],
)
def test_serialises_no_nonsense(target: Target) -> None:
    with pytest.raises(DocumentError) as caught:
        serialise(target)
    assert caught.value.code == "document.invalid"


@pytest.mark.parametrize(("value", "code"), [(float("nan"), "nan"), ("\ud800", "surrogate")])
def test_a_value_without_a_canonical_string_is_refused(value: float | str, code: str) -> None:
    with pytest.raises(JsonError) as caught:
        serialise(Target("user", (("a", value),)))
    assert caught.value.code == f"json.{code}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0", "0"),
        ("-5", "-5"),
        ("123456789012345", "123456789012345"),
        ("1234567890123456", '"1234567890123456"'),
        ("-0", '"-0"'),
        ("05", '"05"'),
        ("5\n", '"5%0A"'),
        ("", '""'),
        ("true", "true"),
        ("a-._~Z9", "a-._~Z9"),
        ("a b", "a%20b"),
        ("*", '"%2A"'),
        ("1.5", '"1.5"'),
        ("ü", '"%C3%BC"'),
        ("zü", "z%C3%BC"),
    ],
)
def test_writes_values(text: str, written: str) -> None:
    assert field_value(text) == written


@pytest.mark.parametrize(
    ("a", "b", "covered"),
    [
        (EVERYTHING, Target("user"), True),
        (EVERYTHING, EVERYTHING, True),
        (Target("user"), EVERYTHING, False),
        (Target("user"), Target("user"), True),
        (Target("user", (("a", 1),)), Target("user", (("a", "1"),)), True),
        (Target("user"), Target("user", (("a", 1),), "f"), True),
        (Target("user"), Target("user2"), False),
        (Target("user", (), "f"), Target("user", (("a", 1),), "f"), True),
        (Target("user", (), "f"), Target("user", (("a", 1),), "g"), False),
        (Target("user", (), "f"), Target("user"), False),
        (Target("user", (("a", 1),)), Target("user", (("a", "1"), ("b", 2)), "f"), True),
        (Target("user", (("a", 1),)), Target("user", (("b", 1),)), False),
        (Target("user", (("a", 1),), "f"), Target("user", (("a", 1),)), False),
    ],
)
def test_covers(a: Target, b: Target, covered: bool) -> None:
    assert (canonical_set([a, b]) == (a,)) is covered


@pytest.mark.parametrize(
    ("target", "matched"),
    [
        (EVERYTHING, True),
        (Target("user"), True),
        (Target("orders"), False),
        (Target("user", (("id", "5"),)), True),
        (Target("user", (("id", 6),)), False),
        (Target("user", (("id", 5), ("other", 1)), "f"), True),
        (Target("user", (("id", 5), ("page", 2))), False),
    ],
)
def test_matches(target: Target, matched: bool) -> None:
    assert matches(target, Instance("user", (("id", 5), ("page", 1)))) is matched


def by_definition(targets: Sequence[Target]) -> list[Target]:
    """Return the canonical set as MZ-TGT-002 and 003 say it, pair by pair."""

    def text_params(target: Target) -> set[tuple[str, str]]:
        return {(name, canonical_string(value)) for name, value in target.params}

    def is_covered(b: Target, a: Target) -> bool:
        if a == EVERYTHING or b == EVERYTHING:
            return a == EVERYTHING
        function = a.function in (None, b.function)
        return a.context == b.context and function and text_params(a) <= text_params(b)

    kept = [
        b
        for at, b in enumerate(targets)
        if not any(
            is_covered(b, a) and (other < at or not is_covered(a, b))
            for other, a in enumerate(targets)
            if other != at
        )
    ]
    return sorted(kept, key=serialise)


@given(many_targets)
def test_canonical_set_is_the_definition(some: list[Target]) -> None:
    # By repr, since 5 == 5.0 in Python, and of equal targets the first is kept.
    assert list(map(repr, canonical_set(some))) == list(map(repr, by_definition(some)))


@given(many_targets)
def test_canonical_set_is_idempotent(some: list[Target]) -> None:
    assert canonical_set(canonical_set(some)) == canonical_set(some)


def test_canonical_set_is_ordered_as_ascii() -> None:
    names = [Target("user_x"), Target("user.x"), Target("user0"), Target("user", (("a", 1),))]
    texts = [serialise(each) for each in canonical_set([*names, Target("user", (), "f")])]
    assert texts == ["user.x", "user/f", "user0", "user;a=1", "user_x"]


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_every_smaller_target_covers(count: int) -> None:
    names = "abcdef"[:count]
    whole = Target("user", tuple((name, 1) for name in names))
    for size in range(count):
        for some in combinations(whole.params, size):
            assert canonical_set([whole, Target("user", some)]) == (Target("user", some),)
    other = Target("user", (*whole.params[:-1], ("z", 1)))
    assert len(canonical_set([whole, other])) == 2


def test_a_crowd_of_many_parts() -> None:
    texts = {
        "c" + "".join(f";{name}=1" for name in some)
        for size in (5, 6, 7)
        for some in combinations("abcdefghij", size)
        if sum(map(ord, some)) % 7 == 0
    }
    sets = {text: frozenset(text.split(";")) for text in texts}
    expected = [text for text in texts if not any(each < sets[text] for each in sets.values())]
    kept = uncovered({text: Target("c") for text in texts})
    assert kept == sorted(expected)
    assert 0 < len(kept) < len(texts)
