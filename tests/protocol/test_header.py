"""mizan/protocol/header.py: the fields X-Mizan-Invalidate and X-Mizan-Held."""

from collections.abc import Callable
from contextlib import suppress

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DocumentError, HeaderError
from mizan.protocol import header
from mizan.protocol.canonical import canonical_string
from mizan.protocol.header_reader import read
from mizan.protocol.targets import EVERYTHING, Instance, Target, canonical_set, serialise

UNLIMITED = 10**9

names = st.sampled_from(["user", "user.profile", "cart", "a" * 64])
params = st.dictionaries(
    st.sampled_from(["a", "user_id", "z"]),
    st.integers(-(10**16), 10**16).map(lambda n: n // 2)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.lists(st.sampled_from(["x", 1, True]), max_size=2),
    max_size=3,
).map(lambda some: tuple(sorted(some.items(), key=lambda pair: pair[0])))
targets = st.builds(Target, names, params, st.none() | names)
many_targets = st.lists(targets | st.just(EVERYTHING), max_size=8)
instances = st.builds(Instance, names, params)


def with_strings(target: Target) -> Target:
    params = tuple((name, canonical_string(value)) for name, value in target.params)
    return Target(target.context, params, target.function)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("  ", ()),
        ("*", (EVERYTHING,)),
        ("*, user", (EVERYTHING,)),
        ("user", (Target("user"),)),
        ("user/f", (Target("user", (), "f"),)),
        ("user;a=5", (Target("user", (("a", "5"),)),)),
        ('user;a=-5;b=x;c=""', (Target("user", (("a", "-5"), ("b", "x"), ("c", ""))),)),
        ('user/f;a="05"', (Target("user", (("a", "05"),), "f"),)),
        ('user;a=Z%C3%BCrich;b="%0A"', (Target("user", (("a", "Zürich"), ("b", "\n"))),)),
        ("user;a=1, cart", (Target("cart"), Target("user", (("a", "1"),)))),
        ("cart, cart;a=1, cart", (Target("cart"),)),
        # other spellings of the same
        (" user\t,\t user;a=1 \t", (Target("user"),)),
        ("user;  b=1;a=2", (Target("user", (("a", "2"), ("b", "1"))),)),
        ("user;b=1;a=2;c=3", (Target("user", (("a", "2"), ("b", "1"), ("c", "3"))),)),
        ("user;a=1;c=1;b=2", (Target("user", (("a", "1"), ("b", "2"), ("c", "1"))),)),
        ('user;a="5"', (Target("user", (("a", "5"),)),)),
        ('user;a="true"', (Target("user", (("a", "true"),)),)),
        ("user;a=x%2d%4A%c3%BC", (Target("user", (("a", "x-Jü"),)),)),
        ("user;a=" + "x" * 2000, (Target("user", (("a", "x" * 2000),)),)),
        ("a.b/c.d", (Target("a.b", (), "c.d"),)),
    ],
)
def test_parses(text: str, expected: tuple[Target, ...]) -> None:
    assert header.parse(text) == expected
    assert header.parse(text.encode()) == expected
    assert canonical_set(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("user,", "syntax", 5),
        ("user;a=%FF", "syntax", 7),
        ('user;a="%FF"', "utf8", 7),
        ('user;a="%C3%bc", cart;b="%ff"', "utf8", 24),
        ("user;a=1;a=1", "duplicate_parameter", 9),
        ("user;a=1;b=2;b=1", "duplicate_parameter", 13),
        ("user; a=1;a=1", "duplicate_parameter", 10),
        ("User", "name", 0),
        ("a" * 65, "name", 0),
        ("user/" + "a" * 65, "name", 0),
        ("user;" + "a" * 65 + "=1", "name", 5),
        ("*;a=1", "star", 0),
        ("*/f", "name", 0),
        ("us\u00e9r", "syntax", 2),
        ("user, \ud800", "syntax", 6),
        ("user\n", "syntax", 4),
        ("user\x00", "syntax", 4),
    ],
)
def test_refuses(text: str, code: str, position: int) -> None:
    with pytest.raises(HeaderError) as caught:
        header.parse(text)
    assert (caught.value.code, caught.value.position) == (f"header.{code}", position)


@pytest.mark.parametrize(
    "text",
    ["a" * 65_537, b"\xff" * 65_537, "\u00e9" * 32_769, "\ud800" * 21_846, " " * 65_537],
)
def test_size_comes_first(text: str | bytes) -> None:
    for parse in (header.parse, header.parse_held):
        with pytest.raises(HeaderError) as caught:
            parse(text)
        assert caught.value.code == "header.size"


@pytest.mark.parametrize("text", [" " * 65_536, "cart" + " " * 65_532, "*" + "\t" * 65_535])
def test_the_greatest_size(text: str) -> None:
    assert len(header.parse(text)) <= 1


def test_a_field_of_the_greatest_size_and_one_fault() -> None:
    """Every reader is linear: a slow one would not end here."""
    for piece in ("a;a=1, ", ";a=1", ";a=%C3%BC", ", a", ".a", '"', "(", '("a" ', "a;", "%41"):
        field = "a" + piece * (65_500 // len(piece)) + "!"
        with pytest.raises(HeaderError):
            header.parse(field)


def test_bytes_outside_ascii() -> None:
    with pytest.raises(HeaderError) as caught:
        header.parse("user;a=é".encode())
    assert (caught.value.code, caught.value.position) == ("header.syntax", 7)


def fault_of(parse: Callable[[str], object], text: str) -> tuple[str, int | None] | None:
    try:
        parse(text)
    except HeaderError as error:
        return error.code, error.position
    return None


@given(st.text() | st.binary())
def test_anything_is_parsed_or_refused(text: str | bytes) -> None:
    for parse in (header.parse, header.parse_held):
        with suppress(HeaderError):
            parse(text)


@given(st.lists(st.sampled_from([*'au*/;;,,==. \t"%(5-', "%C3%BC", "%ff", ";a=1", ", user", "?1"])))
def test_whatever_looks_like_a_field(pieces: list[str]) -> None:
    """The quick readers and the careful one agree on every field, right or wrong."""
    text = "".join(pieces)
    fault = fault_of(read, text)
    assert fault_of(header.parse, text) == fault
    if fault is None:
        expected = canonical_set(read(text))
        assert header.parse(text) == expected
        field = header.format(expected, UNLIMITED)
        assert header.format(header.parse(field), UNLIMITED) == field


@given(many_targets)
def test_formatted_fields_parse_back(some: list[Target]) -> None:
    field = header.format(some, UNLIMITED)
    expected = tuple(map(with_strings, canonical_set(some)))
    assert header.parse(field) == expected
    assert canonical_set(read(field)) == expected
    assert header.format(header.parse(field), UNLIMITED) == field


@given(many_targets.filter(bool), st.integers(1, 100))
def test_an_independent_parser_accepts_what_is_written(some: list[Target], limit: int) -> None:
    field = header.format(some, limit)
    members = http_sf.parse(field.encode(), tltype="list")
    assert ", ".join(http_sf.ser([member]) for member in members) == field


@given(many_targets, st.data())
def test_spaces_order_case_and_quotes_make_no_difference(
    some: list[Target], data: st.DataObject
) -> None:
    field = header.format(some, UNLIMITED)
    members = []
    for member in filter(None, field.split(", ")):
        head, *params = member.split(";")
        params = data.draw(st.permutations(params))
        if data.draw(st.booleans()):
            params = [param.replace("%C3", "%c3").replace("-", "%2D") for param in params]
            params = ['{}="{}"'.format(*param.replace('"', "").split("=")) for param in params]
        members.append(data.draw(st.sampled_from([";", ";  "])).join([head, *params]))
    members = data.draw(st.permutations(members))
    other = data.draw(st.sampled_from([",", " ,\t", ", "])).join(members)
    assert header.format(header.parse(other), UNLIMITED) == field


def coarsened_by_definition(some: list[Target], limit: int) -> str:
    """Follow MZ-HDR-005 step by step."""
    current = canonical_set(some)
    while len(field := ", ".join(map(serialise, current))) > limit:
        sizes: dict[str, int] = {}
        for target in current:
            text = serialise(target)
            if text not in (target.context, "*"):
                sizes[target.context] = sizes.get(target.context, 0) + len(text)
        if not sizes:
            return "*"
        greatest = min(sizes, key=lambda context: (-sizes[context], context))
        current = canonical_set([*current, Target(greatest)])
    return field


@given(many_targets, st.integers(1, 300))
def test_coarsening_is_the_definition(some: list[Target], limit: int) -> None:
    field = header.format(some, limit)
    assert field == coarsened_by_definition(some, limit)
    assert len(field) <= limit


def test_coarsens_the_greatest_context_first_ties_by_name() -> None:
    some = [Target("b", (("a", 1),)), Target("a", (("a", 1),)), Target("c", (("a", 12),))]
    assert header.format(some, 19) == "a;a=1, b;a=1, c"
    assert header.format(some, 14) == "a, b;a=1, c"
    assert header.format(some, 7) == "a, b, c"
    assert header.format(some, 6) == "*"


def test_the_default_limit() -> None:
    def two(length: int) -> list[Target]:
        return [Target("a", (("x", "1" * 1017),)), Target("b", (("x", "1" * length),))]

    assert len(header.format(two(1017))) == 2048
    assert header.format(two(1018)).startswith("a;x=")
    assert header.format(two(1018)).endswith(", b")
    assert header.format([Target("user", (("user_id", n),)) for n in range(1000)]) == "user"


def test_a_limit_is_a_number_of_bytes() -> None:
    with pytest.raises(ValueError, match="limit"):
        header.format([], 0)


def test_nothing_is_an_empty_field() -> None:
    assert header.format([]) == ""
    assert header.format_held([]) == ""


@pytest.mark.parametrize(
    ("value", "is_kept"),
    [
        ("x" * 512, True),
        ("x" * 513, False),
        ("1" * 1024, True),
        ("1" * 1025, False),
        ("xx" + "ü" * 85, True),
        ("xxx" + "ü" * 85, False),
        ("1" * 15 + "x" * 600, True),
    ],
)
def test_long_values_are_left_out(value: str, is_kept: bool) -> None:
    long = Target("user", (("a", value), ("b", 1)))
    field = header.format([long], UNLIMITED)
    kept = header.parse(field)
    assert kept == ((with_strings(long),) if is_kept else (Target("user", (("b", "1"),)),))
    # Made broader, it covers others.
    other = Target("user", (("b", 1), ("c", 2)))
    assert len(header.parse(header.format([long, other], UNLIMITED))) == (2 if is_kept else 1)


def test_refuses_to_write_what_is_no_target() -> None:
    with pytest.raises(DocumentError):
        header.format([Target("user, *")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("user", (Instance("user"),)),
        ('b;a=1, a, b;a="1"', (Instance("b", (("a", "1"),)), Instance("a"))),
        ("a;x=1, a", (Instance("a", (("x", "1"),)), Instance("a"))),
        (", ".join(f"a{n}" for n in range(9)), tuple(Instance(f"a{n}") for n in range(8))),
        ("a, a, a, a, a, a, a, a, a, b", (Instance("a"), Instance("b"))),
    ],
)
def test_parses_held(text: str, expected: tuple[Instance, ...]) -> None:
    assert header.parse_held(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("*", "held"),
        ("user/f", "held"),
        ("user, user/f;a=1, B", "held"),
        ("user, B, user/f;a=1", "name"),
        ("*;a=1", "star"),
        ("*;a", "bare_parameter"),
        ("user/f;a", "bare_parameter"),
        ("user/f, (", "syntax"),
        ("a, b, c, d, e, f, g, h, *", "held"),
    ],
)
def test_refuses_held(text: str, code: str) -> None:
    with pytest.raises(HeaderError) as caught:
        header.parse_held(text)
    assert caught.value.code == f"header.{code}"


def test_formats_held_in_the_senders_order() -> None:
    some = [Instance("b", (("a", 5),)), Instance("a"), Instance("b", (("a", "5"),)), Instance("b")]
    assert header.format_held(some) == "b;a=5, a, b"


def test_the_tail_of_held_is_dropped() -> None:
    assert header.format_held([Instance(f"a{n}") for n in range(9)]) == ", ".join(
        f"a{n}" for n in range(8)
    )


@pytest.mark.parametrize(("length", "count"), [(505, 2), (506, 1)])
def test_held_has_at_most_1024_bytes(length: int, count: int) -> None:
    some = [Instance("a", (("x", "1" * 505),)), Instance("b", (("x", "1" * length),))]
    assert header.parse_held(header.format_held([*some, Instance("c")])) == tuple(some[:count])


def test_held_leaves_out_instances_with_long_values() -> None:
    some = [Instance("a", (("x", "x" * 513),)), *(Instance(f"b{n}") for n in range(8))]
    assert header.parse_held(header.format_held(some)) == tuple(some[1:])


def test_held_has_no_star() -> None:
    with pytest.raises(DocumentError):
        header.format_held([Instance("*")])


@given(st.lists(instances, max_size=12))
def test_held_fields_parse_back(some: list[Instance]) -> None:
    field = header.format_held(some)
    assert len(field) <= 1024
    kept = header.parse_held(field)
    assert header.format_held(kept) == field
    distinct = dict.fromkeys(serialise(Target(*each)) for each in some)
    assert [serialise(Target(*each)) for each in kept] == list(distinct)[: len(kept)]
