"""What Varnish reads of the fields, compared with what `mizan.protocol` reads."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.edge_vcl import grammar
from mizan.errors import HeaderError
from mizan.protocol import header, tags
from mizan.protocol.guards import Guard, tag
from mizan.protocol.targets import EVERYTHING
from mizan.resources import vectors_dir

# Not possessive, for Python before 3.11.5.
TARGETS, REPEATED, TAGS, TAG_PARAMETER = (
    each.replace(")*+", ")*")
    for each in (grammar.TARGETS, grammar.REPEATED, grammar.TAGS, grammar.TAG_PARAMETER)
)


def fields(topic: str) -> Iterator[str]:
    """Yield the fields of a topic's vectors that a header can have, as a cache gets them."""
    for vector in json.loads((vectors_dir() / "v1" / f"{topic}.json").read_text())["vectors"]:
        field = vector["input"]["field"]
        if isinstance(field, str) and field.isascii() and field.replace("\t", " ").isprintable():
            yield field.strip(" \t")


def targets_of(field: str) -> Any:
    """Return the targets, or None where an edge takes the field for everything."""
    try:
        found = header.parse(field)
    except HeaderError:
        return None
    return None if EVERYTHING in found else found


def is_readable(field: str) -> bool:
    return bool(re.search(TARGETS, field)) and not re.search(REPEATED, field)


@pytest.mark.parametrize("field", sorted({*fields("header-parse")} - {""}))
def test_targets_are_read_as_the_protocol_reads_them(field: str) -> None:
    assert is_readable(field) is (targets_of(field) is not None)


@pytest.mark.parametrize("field", sorted({*fields("tags-parse")} - {""}))
def test_tags_are_read_as_the_protocol_reads_them(field: str) -> None:
    assert tags_of(field) == varnish_tags(field)


def tags_of(field: str) -> tuple[str, ...] | None:
    try:
        return tags.parse(field)
    except HeaderError:
        return None


def varnish_tags(field: str) -> tuple[str, ...] | None:
    """Return the tags as `mizan_read_tags` of the rules does, each once."""
    if not re.search(TAGS, field):
        return None
    listed = re.sub(r'[ \t",]+', " ", re.sub(TAG_PARAMETER, "", field)).split()
    return tuple(dict.fromkeys(listed))


LIKE_TARGETS = st.text(st.sampled_from('ab_.;/=,* \t"%4g1-0E2Z~'), min_size=1, max_size=24)


@given(st.one_of(LIKE_TARGETS, LIKE_TARGETS.map(lambda text: f"a;b={text}")))
def test_what_the_protocol_refuses_varnish_does_not_read(text: str) -> None:
    field = text.strip(" \t")
    if is_readable(field):
        assert targets_of(field) is not None


@given(st.text(st.sampled_from('ab";=, \t\\?1.:-'), max_size=16).map(lambda text: f'"a"{text}'))
def test_tags_that_the_protocol_refuses_varnish_does_not_read(text: str) -> None:
    field = text.strip(" \t")
    if varnish_tags(field) is not None:
        assert tags_of(field) == varnish_tags(field)


# Far longer than a server writes, and of the shapes that make regular expressions try again.
LONG = [
    "a;" * 1000,
    "a" + ";a=1" * 9,
    ", ".join(["a;b=1;c=2;d=3;e=4;f=5;g=6;h=7;i=8"] * 55),
    ", ".join(["a"] * 680),
    'a;b="' + "x" * 2030,
    "a;b=" + "%41" * 670,
    "a" + "." * 1900,
    "a" + ".a" * 900,
    ("a;b=1" + " " * 60 + ", ") * 25,
    "x" * 6000,
    ", ".join(["a"] * 2000),
    ", ".join(f"a{number}" for number in range(40)),
]


def test_varnish_purges_what_the_resolver_names_and_everything_for_the_rest(
    edge: Path, varnishtest: Callable[..., str]
) -> None:
    listed = [field for field in dict.fromkeys([*fields("header-parse"), *LONG]) if field]
    case = edge / "vectors.vtc"
    case.write_text(script(listed))
    assert varnishtest(case) == ""


def escaped(text: str) -> str:
    """Return a text as it stands between the quotes of a string of varnishtest."""
    return "".join(each if each.isalnum() else f"\\x{ord(each):02x}" for each in text)


def script(listed: list[str]) -> str:
    """Return a case in which each field purges; afterwards its tags are gone, another stays."""
    kept: set[str] = set()
    server: list[str] = []
    client: list[str] = []

    def read(name: str) -> None:
        how = "hit" if name in kept else "fwd="
        client.append(
            f'txreq -url "/api/mizan/ctx/product/?t={name}"\nrxresp\n'
            f'expect resp.http.Cache-Status ~ "varnish; {how}"'
        )
        if name not in kept:
            stored = f'-hdr "Cache-Control: public, s-maxage=60" -hdr {{Cache-Groups: "{name}"}}'
            server.append(f"rxreq\ntxresp {stored}")
        kept.add(name)

    for field in listed:
        targets = targets_of(field)
        if len(field) > header.WRITE_LIMIT:
            targets = None  # more than a server writes
        named = sorted({tag(Guard(target.context, target.params)) for target in targets or ()})
        for name in (*named, "another"):
            read(name)
        groups = tags.strings(named or ["none"])
        server.append(
            f'rxreq\ntxresp -hdr "X-Mizan-Invalidate: {escaped(field)}"'
            f" -hdr {{Cache-Group-Invalidation: {groups}}}"
        )
        client.append('txreq -req POST -url "/"\nrxresp\nexpect resp.status == 200')
        kept = set() if targets is None or len(named) > tags.MOST_TAGS else kept - {*named}
        for name in (*named, "another"):
            read(name)
    vcl = """vcl 4.1;
backend default { .host = "${s1_addr}"; .port = "${s1_port}"; }
acl mizan_purgers { "127.0.0.1"; }
include "${testdir}/edge.vcl";"""
    return "\n".join(
        [
            'varnishtest "Every field of the vectors."',
            *("server s1 {", *server, "} -start"),
            f"varnish v1 -vcl {{ {vcl} }} -start",
            *("client c1 {", *client, "} -run"),
        ]
    )
