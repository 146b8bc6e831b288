"""mizan/protocol/tags.py: what caches are told of tags, and the limits that they publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DocumentError, HeaderError
from mizan.protocol import tags
from mizan.protocol.edge import resolve
from mizan.protocol.guards import Guard, tag

LONGEST = [f"h-{number:0>30}" for number in range(tags.MOST_TAGS)]
"""As many tags as a response may have, each as long as a tag may be."""


def guard(context: str, number: int | None = None) -> Guard:
    return Guard(context, () if number is None else (("a", str(number)),))


@pytest.mark.parametrize("name", tags.NETWORKS)
def test_the_most_tags_keep_to_what_each_network_publishes(name: str) -> None:
    network = tags.NETWORKS[name]
    value = tags.format(LONGEST, [name])[network.field]
    assert network.source.startswith("https://")
    assert len(value.split(network.separator)) == tags.MOST_TAGS
    assert len(f"{network.field}: {value}\r\n") <= (network.most_bytes or 8192)
    assert network.most_tags is None or network.most_tags >= tags.MOST_TAGS
    assert network.longest_tag is None or network.longest_tag >= max(map(len, LONGEST))


def test_the_fields_of_all_networks_together_fit_one_response() -> None:
    found = tags.format(LONGEST, tags.NETWORKS)
    assert sorted(found) == sorted(tags.FIELDS)
    # Akamai counts all fields of a response; a proxy's buffer for them is often 8 KiB.
    assert sum(len(f"{name}: {value}\r\n") for name, value in found.items()) < 6000


def test_each_network_has_its_separator() -> None:
    assert tags.format(["user", "h-a", "user"], tags.NETWORKS) == {
        "Cache-Groups": '"user", "h-a"',
        "Surrogate-Key": "user h-a",
        "Cache-Tag": "user,h-a",
        "Edge-Cache-Tag": "user,h-a",
        "xkey": "user h-a",
    }


def test_without_networks_there_is_the_standards_field_alone() -> None:
    assert tags.format(["user"]) == {"Cache-Groups": '"user"'}


def test_without_tags_there_is_no_field() -> None:
    assert tags.format([], tags.NETWORKS) == {}
    assert tags.format_purge([]) == ""


def test_too_many_tags_are_refused_and_not_cut_off() -> None:
    assert len(tags.parse(tags.format(LONGEST)["Cache-Groups"])) == tags.MOST_TAGS
    assert tags.format([*LONGEST, LONGEST[0]])  # a repetition is none
    with pytest.raises(HeaderError, match="at most 32 tags, not 33") as caught:
        tags.format([*LONGEST, "user"])
    assert caught.value.code == "header.tag_count"


def test_an_unknown_network_is_refused() -> None:
    with pytest.raises(DocumentError, match="is no network: one of fastly, cloudflare"):
        tags.format([], ["cdn"])


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ('"a" "b"', "header.syntax"),
        ('"a", ', "header.syntax"),
        (b'"a\xff"', "header.syntax"),
        ('"a", b', "header.item_type"),
        ('("a" "b")', "header.item_type"),
        ("*", "header.item_type"),
        ("1", "header.item_type"),
        ('"A"', "header.tag"),
        ('""', "header.tag"),
        ('"*"', "header.tag"),
        ('"a b"', "header.tag"),
        (r'"a\"b"', "header.tag"),
        (f'"{"a" * 33}"', "header.tag"),
        ('"a",' * 16_384 + '"a"', "header.size"),
    ],
)
def test_what_cannot_be_read_is_refused(field: str | bytes, code: str) -> None:
    with pytest.raises(HeaderError) as caught:
        tags.parse(field)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("", ()),
        ("  ", ()),
        ('"user"', ("user",)),
        ('"b",\t"a" , "b"', ("b", "a")),
        ('"a";x="y";z, "b";q', ("a", "b")),
        (f'"{"a" * 32}", "0.-_"', ("a" * 32, "0.-_")),
        (", ".join(f'"c{number}"' for number in range(99)), tuple(f"c{n}" for n in range(99))),
    ],
)
def test_what_can_be_read(field: str, expected: tuple[str, ...]) -> None:
    assert tags.parse(field) == expected
    assert tags.parse(field.encode()) == expected


@given(st.binary(max_size=60) | st.text('"a-z, ;=*\\\t(é', max_size=30))
def test_whatever_is_read_is_read_or_refused(field: str | bytes) -> None:
    try:
        found = tags.parse(field)
    except HeaderError:
        return
    assert tags.parse(tags.strings(found)) == found


def test_a_purge_names_each_guard_once_in_order() -> None:
    found = tags.format_purge([guard("z"), guard("b", 1), guard("b", 1), guard("a")])
    assert tags.parse(found) == tuple(sorted({"z", "a", tag(guard("b", 1))}))


def test_a_purge_of_too_many_gives_up_the_context_with_the_most() -> None:
    few = [guard("few", number) for number in range(10)]
    many = [guard("many", number) for number in range(23)]
    found = tags.parse(tags.format_purge([*few, *many]))
    assert set(found) == {"many", *map(tag, few)}
    assert len(tags.parse(tags.format_purge([*few, *many[1:]]))) == 32


def test_a_purge_keeps_an_applications_own_tags_which_count_as_well() -> None:
    assert tags.format_purge([guard("b")], own=("c", "a", "b")) == '"a", "b", "c"'
    many = [guard("many", number) for number in range(32)]
    assert tags.format_purge(many, own=["own"]) == '"many", "own"'


def test_of_contexts_with_as_many_the_first_by_name_is_given_up() -> None:
    guards = [guard(name, number) for number in range(17) for name in ("y", "x")]
    assert set(tags.parse(tags.format_purge(guards))) == {
        "x",
        *(tag(guard("y", number)) for number in range(17)),
    }


def test_a_purge_of_too_many_contexts_names_them_all() -> None:
    guards = [guard(f"c{number}", 1) for number in range(40)]
    assert tags.parse(tags.format_purge(guards)) == tuple(sorted(map(tag, guards)))
    more = [*guards, guard("c0", 2)]
    assert set(tags.parse(tags.format_purge(more))) == {"c0", *map(tag, guards[1:])}


@given(
    st.lists(
        st.builds(guard, st.sampled_from(["a", "b", "c" * 40]), st.none() | st.integers(0, 40))
    )
)
def test_a_purge_covers_every_guard(guards: list[Guard]) -> None:
    named = set(tags.parse(tags.format_purge(guards)))
    assert len(named) <= tags.MOST_TAGS
    for each in guards:
        assert tag(each) in named or tag(Guard(each.context)) in named
    if len(set(map(tag, guards))) <= tags.MOST_TAGS:
        assert named == set(map(tag, guards))


def test_an_edge_that_resolves_the_targets_purges_the_same_tags() -> None:
    context = {
        "endpoint": "/m/ctx/user/",
        "parameters": [{"name": "a"}],
        "bound_params": [],
        "scope_params": ["a"],
        "views": [],
        "page_routes": [],
    }
    manifest = {"base_url": "/m/", "contexts": {"user": context}}
    found = resolve(manifest, "user;a=1, user;a=2, other")
    purged = tags.format_purge([guard("user", 2), guard("other"), guard("user", 1)])
    assert tags.parse(purged) == found.tags
