"""Reading a header field step by step, to say what is wrong with it (SPEC.md, section 8.2).

Invariant: the syntax of the whole field comes first, then the members from left to right, each by
the order of MZ-HDR-011; so every reader gives the same code for the same field. `header.parse`
reads what is right by itself, much faster, and comes here for the rest.
"""

import re
from binascii import a2b_qp
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from mizan.errors import HeaderError, show
from mizan.protocol.targets import INTEGER, Target, is_name, is_parameter_name

# The bare items of RFC 9651, section 3.3. What may follow is checked by who asks for one, so a
# number that goes on too long is refused at the character after its greatest length.
_bare_item = re.compile(
    r"""
      (?P<Token>   [A-Za-z*][A-Za-z0-9!\#$%&'*+.^_`|~:/-]*+)
    | "(?P<String> (?:[ !\#-\[\]-~]|\\["\\])*)"
    | (?P<Decimal> -?[0-9]{1,12}\.[0-9]{1,3})
    | (?P<Integer> -?[0-9]{1,15})
    | (?P<Byte_Sequence> :(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?:)
    | (?P<Boolean> \?[01])
    | (?P<Date>    @-?[0-9]{1,15})
    | %"(?P<Display_String> (?:[ !\#$&-~]|%[0-9a-f]{2})*)"
    """,
    re.VERBOSE,
).match
_parameter = re.compile(r"; *+([a-z*][a-z0-9_.*-]*+)(=?)").match
_spaces = re.compile(r" *+").match
_white_space = re.compile(r"[ \t]*+").match

_is_integer = re.compile(INTEGER).fullmatch
_is_encoded = re.compile(r"[A-Za-z0-9._~%-]*+").fullmatch
_stray_percent = re.compile(r"%(?![0-9A-Fa-f]{2})").search


class _Item(NamedTuple):
    """A bare item: where it stands, its type (None for a key without a value), its content."""

    position: int
    kind: str | None
    text: str


class _Member(NamedTuple):
    item: _Item
    params: list[tuple[int, str, _Item]]  # (position, key, value) as they stand, repeated or not


def read(text: str, *, held: bool = False) -> list[Target]:
    """Return the members of an ASCII field value in their order, nothing dropped.

    Parameters are sorted by name, values are canonical strings. Raises HeaderError as MZ-HDR-010
    and 011 say, and with `held` as MZ-HLD-002 says.
    """
    return [_target(member, held=held) for member in _members(text)]


def items(text: str) -> list[tuple[int, str, str]]:
    """Return (position, type, content) of each member of a List, its parameters left out.

    A String's content is as it stands between the quotes. Raises HeaderError (``header.syntax``).
    """
    return [(position, kind or "", content) for (position, kind, content), _ in _members(text)]


def percent_decode(text: str) -> str:
    """Return ASCII text decoded in which two hex digits follow each ``%``.

    Raises UnicodeDecodeError for bytes that are not UTF-8.
    """
    # Quoted-printable is the same with another sign, and its decoder is written in C.
    return a2b_qp(text.replace("=", "=3D").replace("%", "=")).decode()


def _members(text: str) -> list[_Member]:
    """Parse the List of RFC 9651, section 4.2.1; refuse what is none with header.syntax."""
    text = text.rstrip(" ")
    position = _skip(_spaces, text, 0)
    members: list[_Member] = []
    while position < len(text):
        if text[position] == "(":
            member, position = _inner_list(text, position)
        else:
            member, position = _item(text, position)
        members.append(member)
        position = _skip(_white_space, text, position)
        if position == len(text):
            break
        if text[position] != ",":
            _refuse(text, position, "a comma, or the end of the field")
        position = _skip(_white_space, text, position + 1)
        if position == len(text):
            _refuse(text, position, "a member after the comma")
    return members


def _inner_list(text: str, position: int) -> tuple[_Member, int]:
    """Skip an Inner List (section 4.2.1.2): no target is one, but its syntax counts."""
    item = _Item(position, "Inner List", "")
    position = _skip(_spaces, text, position + 1)
    while text[position : position + 1] != ")":
        _, position = _item(text, position)
        after = _skip(_spaces, text, position)
        if after == position and text[position : position + 1] != ")":
            _refuse(text, position, "a space or ')' in the inner list")
        position = after
    params, position = _params(text, position + 1)
    return _Member(item, params), position


def _item(text: str, position: int) -> tuple[_Member, int]:
    item, position = _bare(text, position)
    params, position = _params(text, position)
    return _Member(item, params), position


def _params(text: str, position: int) -> tuple[list[tuple[int, str, _Item]], int]:
    params = []
    while text[position : position + 1] == ";":
        match = _parameter(text, position)
        if match is None:
            _refuse(text, position + 1, "a parameter's name after the semicolon")
        start, position = match.start(1), match.end()
        value = _Item(position, None, "")
        if match[2]:
            value, position = _bare(text, position)
        params.append((start, match[1], value))
    return params, position


def _bare(text: str, position: int) -> tuple[_Item, int]:
    match = _bare_item(text, position)
    if match is None:
        _refuse(text, position, "an item of a structured field")
    kind = match.lastgroup or ""
    if kind == "Display_String" and _decoded(match[kind]) is None:
        _refuse(text, position, "a display string of UTF-8")
    return _Item(position, kind.replace("_", " "), match[kind]), match.end()


def _skip(run: Callable[[str, int], re.Match[str] | None], text: str, position: int) -> int:
    match = run(text, position)
    return match.end() if match else position


def _refuse(text: str, position: int, expected: str) -> NoReturn:
    found = show(text[position]) if position < len(text) else "the end of the field"
    raise HeaderError(
        "header.syntax",
        f"Not a structured field (RFC 9651): expected {expected}, got {found}.",
        position=position,
    )


def _target(member: _Member, *, held: bool) -> Target:
    """Check one member in the order of MZ-HDR-011."""
    position, kind, whole = member.item
    if kind != "Token":
        raise _error("item_type", f"A target is a Token, such as user, not a {kind}", position)
    if whole.count("/") > 1:
        raise _error("two_functions", f"{show(whole)} names more than one function", position)
    context, slash, function = whole.partition("/")
    if whole != "*" and not (is_name(context) and (is_name(function) or not slash)):
        raise _error("name", f"{show(whole)} is not context or context/function", position)
    params: dict[str, str] = {}
    for start, name, value in member.params:
        if not is_parameter_name(name):
            raise _error("name", f"{show(name)} is no name of a parameter", start)
        if name in params:
            raise _error("duplicate_parameter", f"The parameter {name} is given twice", start)
        params[name] = _value(name, value)
    if whole == "*" and params:
        raise _error("star", "'*' stands for everything and has no parameters", position)
    if held and (whole == "*" or function):
        what = "An instance is a context with its parameters"
        raise _error("held", f"{what}; {show(whole)} is none", position)
    return Target(context, tuple(sorted(params.items())), function or None)


def _value(name: str, value: _Item) -> str:
    """Return the canonical string of a parameter's value."""
    position, kind, text = value
    if kind is None:
        raise _error("bare_parameter", f"The parameter {name} has no value", position)
    if kind not in ("Integer", "Token", "String"):
        what = f"The value of {name} is a {kind}; an Integer, Token or String is right"
        raise _error("value_type", what, position)
    if kind == "Integer":
        if not _is_integer(text):
            what = f"The integer {text} of {name} has a leading zero or is -0"
            raise _error("integer_form", what, position)
        return text
    if not _is_encoded(text):  # as \" and \\ are not, so a String need not be unescaped
        what = f"The value {show(text)} of {name} has a character to percent-encode"
        raise _error("unencoded", what, position)
    if _stray_percent(text):
        what = f"The value {show(text)} of {name} has a % without two hex digits"
        raise _error("percent", what, position)
    decoded = _decoded(text)
    if decoded is None:
        raise _error("utf8", f"The value {show(text)} of {name} is not UTF-8", position)
    return decoded


def _decoded(text: str) -> str | None:
    try:
        return percent_decode(text)
    except UnicodeDecodeError:
        return None


def _error(code: str, message: str, position: int) -> HeaderError:
    return HeaderError(f"header.{code}", f"{message}.", position=position)
