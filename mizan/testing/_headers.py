"""Strategies for the raw text of `X-Mizan-Invalidate` (SPEC.md, section 8).

Invariant: `valid_headers` draws what a reader must accept, however a writer would spell it; the
others draw what breaks readers, from one character off to a flood.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from ._names import names, parameter_names
from ._values import texts

_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# Each is refused as a member or a parameter, with a code of its own.
_BROKEN_MEMBERS: Final = (
    "1", "1.5", '"a"', "?1", ":YQ==:", "@1", "(a b)", "()", "a/b/c", "A", "a/", "/a", "*a", "**",
    "*;a=1", "*/a", "a.", "a..b", "-", "", "\u00e9", "a" * 65, "a b",
)  # fmt: skip
_BROKEN_PARAMS: Final = (
    ";a", ";a=", ";a=?1", ";a=1.0", ";a=007", ";a=-0", ";a=-", ";a=1;a=1", ";A=1", ";1=1", ";a_=?0",
    ";*=1", ";a-b=1", ";a=%41", ";a=a%4", ";a=a%zz", ";a=a%ff", ";a=a%c3", ";a=a%ed%a0%80", ';a="',
    ';a="a b"', ';a="\\""', ';a="\\a"', ';a="\u00e9"', ";a=a:b", ";a=a/b", ";a=a*", ";a=:YQ==:",
    ";a=@1", ";a=1000000000000000", ";a=9999999999999999", "; a=1", ";\ta=1", " ;a=1", ";a =1",
    ";a= 1", ";", ";;a=1", ";a=(1)", ";a=a%00", ';a="%e2%82%ac"',
)  # fmt: skip
_NOISE: Final = 'ab*/;=,. \t"\\%0159-_~:?@()\x00\x1f\x7f\u00e9\U0001f600'
_SPACE = st.sampled_from(["", "", " ", "  ", "\t", " \t "])


def valid_headers() -> st.SearchStrategy[str]:
    """Field values that every reader accepts: white space, order and encodings vary freely."""
    comma = st.builds(lambda left, right: f"{left},{right}", _SPACE, _SPACE)
    lists = st.lists(st.tuples(comma, _members()), max_size=4)
    joined = lists.map(lambda found: "".join(part for pair in found for part in pair))
    return st.just("") | joined.map(lambda text: text.lstrip(" \t,").rstrip(" \t"))


def near_valid_headers() -> st.SearchStrategy[str]:
    """Field values with one thing wrong: a broken member or parameter, or a character changed."""
    return _with_broken_part() | st.builds(_mutated, valid_headers(), _positions, _edits)


def hostile_headers() -> st.SearchStrategy[str]:
    """Any text at all: noise of the grammar's own characters, control characters, repetitions."""
    noise = st.text(_NOISE, max_size=60)
    repeated = st.builds(
        lambda piece, times: piece * times,
        st.sampled_from(["(", '"', "%", "%ff", ";a", "a,", ",", " ", "*", "a/", ";a=1", "\\"]),
        st.integers(1, 200),
    )
    return noise | repeated | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def headers() -> st.SearchStrategy[str]:
    """Field values of all three kinds: valid, nearly valid, hostile."""
    return valid_headers() | near_valid_headers() | hostile_headers()


def _members() -> st.SearchStrategy[str]:
    named = st.builds(
        lambda name, function, params: name + function + params,
        names(),
        st.just("") | names().map("/{}".format),
        st.lists(_params(), max_size=3, unique_by=lambda pair: pair[0]).map(
            lambda found: "".join(text for _, text in found)
        ),
    )
    return st.just("*") | named | named | named


def _params() -> st.SearchStrategy[tuple[str, str]]:
    return st.builds(
        lambda name, value, spaces: (name, f";{spaces}{name}={value}"),
        parameter_names(),
        _field_values(),
        st.sampled_from(["", "", " "]),
    )


def _field_values() -> st.SearchStrategy[str]:
    integers = st.integers(-(10**15) + 1, 10**15 - 1).map(str)
    encoded = st.builds(_encoded, texts(), st.integers(0, 3))
    strings = encoded.map('"{}"'.format)
    tokens = encoded.filter(lambda text: text[:1].isalpha())
    return integers | strings | tokens


def _encoded(text: str, freedom: int) -> str:
    """Percent-encode what must be; bits of ``freedom``: lower-case hex, and more than what must."""
    hexed: Callable[[int], str] = (lambda byte: f"%{byte:02x}") if freedom & 1 else "%{:02X}".format
    return "".join(
        character
        if character in _UNRESERVED and not (freedom & 2 and index % 3 == 1)
        else "".join(map(hexed, character.encode()))
        for index, character in enumerate(text)
    )


def _with_broken_part() -> st.SearchStrategy[str]:
    broken = st.sampled_from(_BROKEN_MEMBERS) | st.builds(
        str.__add__, st.sampled_from(["a", "user", "*", "a/b"]), st.sampled_from(_BROKEN_PARAMS)
    )
    return st.builds(
        lambda before, part, after: ", ".join(filter(None, [before, part, after])),
        valid_headers(),
        broken,
        valid_headers() | st.sampled_from(_BROKEN_MEMBERS),
    )


_positions = st.integers(0, 200)
_edits: st.SearchStrategy[tuple[str, str]] = st.tuples(
    st.sampled_from(["insert", "replace", "delete", "double"]), st.sampled_from(_NOISE)
)


def _mutated(text: str, position: int, edit: tuple[str, str]) -> str:
    at = position % (len(text) + 1)
    how, character = edit
    kept: dict[str, Any] = {
        "insert": character + text[at:],
        "replace": character + text[at + 1 :],
        "delete": text[at + 1 :],
        "double": text[at : at + 1] + text[at:],
    }
    return text[:at] + str(kept[how])
