"""JSON text read step by step: which fault is the first, and where (SPEC.md, section 5.1).

Invariant: reads from left to right, each character once or twice, and raises the fault that is
complete first (MZ-DEC-010). `decode` asks it only where the quick way met something special.
"""

from __future__ import annotations

import re
from typing import Final, NoReturn

from mizan.errors import JsonError, show
from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER, JsonValue, whole

_space: Final = re.compile("[ \t\n\r]*").match
_number: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?").match
_plain: Final = re.compile(r'[^"\\\x00-\x1f]*').match
_hex: Final = re.compile("[0-9a-fA-F]{4}").match
_lone: Final = re.compile("[\ud800-\udfff]").search

_ESCAPES: Final = {
    '"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t",
}  # fmt: skip
_WORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}
# word -> (the code that it is refused with, what it is)
_REFUSED: Final = {
    "NaN": ("json.nan", "NaN"),
    "Infinity": ("json.infinity", "Infinity"),
    "-Infinity": ("json.infinity", "-Infinity"),
}
_DIGITS: Final = 16  # of the greatest integer


def read(text: str) -> JsonValue:
    """Return the value of a JSON text. Raises JsonError with the position of the first fault."""
    reader = _Reader(text)
    value = reader.value(_skip(text, 0), MAX_DEPTH)
    if reader.at < len(text):
        raise _syntax("nothing may follow the value", reader.at, text)
    return value


def _skip(text: str, at: int) -> int:
    found = _space(text, at)
    return found.end() if found else at


def _syntax(expected: str, at: int, text: str) -> JsonError:
    there = show(text[at : at + 1]) if at < len(text) else "the end of the text"
    return JsonError("json.syntax", f"Not JSON: {expected}, and there is {there}", position=at)


class _Reader:
    """A text and how far it has been read; `at` stands behind a value and its white space."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self, at: int, room: int) -> JsonValue:
        """Read the value at a position; `room` is how many arrays and objects may still nest."""
        char = self.text[at : at + 1]
        if char == '"':
            return self._moved(*self._string(at + 1))
        if char in ("[", "{") and char:
            if not room:
                message = (
                    f"Nested more than {MAX_DEPTH} deep; arrays and objects may be {MAX_DEPTH}"
                )
                raise JsonError("json.depth", message, position=at)
            return self._array(at, room - 1) if char == "[" else self._object(at, room - 1)
        return self._number_or_word(at)

    def _moved(self, value: JsonValue, at: int) -> JsonValue:
        self.at = _skip(self.text, at)
        return value

    def _array(self, at: int, room: int) -> list[JsonValue]:
        items: list[JsonValue] = []
        self.at = _skip(self.text, at + 1)
        if self._takes("]"):
            return items
        while True:
            items.append(self.value(self.at, room))
            if self._ends("]", "an array goes on with , or ends with ]"):
                return items

    def _object(self, at: int, room: int) -> dict[str, JsonValue]:
        members: dict[str, JsonValue] = {}
        self.at = _skip(self.text, at + 1)
        if self._takes("}"):
            return members
        while True:
            name = self._name(members)
            members[name] = self.value(self.at, room)
            if self._ends("}", "an object goes on with , or ends with }"):
                return members

    def _name(self, members: dict[str, JsonValue]) -> str:
        start = self.at
        if self.text[start : start + 1] != '"':
            raise _syntax('a member begins with its name in "', start, self.text)
        name, at = self._string(start + 1)
        if name in members:
            message = f"The member {show(name)} is there twice; names are unique in an object"
            raise JsonError("json.duplicate", message, position=start)
        self.at = _skip(self.text, at)
        if not self._takes(":"):
            raise _syntax("a name is followed by :", self.at, self.text)
        return name

    def _takes(self, char: str) -> bool:
        if self.text[self.at : self.at + 1] != char:
            return False
        self.at = _skip(self.text, self.at + 1)
        return True

    def _ends(self, closing: str, expected: str) -> bool:
        """Read the comma or the closing bracket behind an item; tell whether it was the latter."""
        if self._takes(closing):
            return True
        if not self._takes(","):
            raise _syntax(expected, self.at, self.text)
        return False

    def _number_or_word(self, at: int) -> JsonValue:
        found = _number(self.text, at)
        if found:
            return self._moved(_number_value(found, at), found.end())
        for word, value in _WORDS.items():
            if self.text.startswith(word, at):
                return self._moved(value, at + len(word))
        for word, (code, name) in _REFUSED.items():
            if self.text.startswith(word, at):
                raise JsonError(code, f"{name} is no JSON value; numbers are finite", position=at)
        raise _syntax("a value was expected", at, self.text)

    def _string(self, at: int) -> tuple[str, int]:
        """Read a string from behind its quote; return it and the position behind its end."""
        start, parts = at - 1, []
        while True:
            found = _plain(self.text, at)
            end = found.end() if found else at
            parts.append(self.text[at:end])
            char = self.text[end : end + 1]
            if char == '"':
                break
            if char != "\\":
                self._bad_character(end)
            part, at = self._escape(end + 1)
            parts.append(part)
        return _joined(parts, start), end + 1

    def _bad_character(self, at: int) -> NoReturn:
        raise _syntax('a string ends with " and has no bare control characters', at, self.text)

    def _escape(self, at: int) -> tuple[str, int]:
        """Read an escape from behind its backslash; return the character and the position."""
        char = self.text[at : at + 1]
        if char in _ESCAPES and char:
            return _ESCAPES[char], at + 1
        if char != "u" or not _hex(self.text, at + 1):
            raise _syntax(r"an escape is one of \" \\ \/ \b \f \n \r \t \uXXXX", at, self.text)
        return chr(int(self.text[at + 1 : at + 5], 16)), at + 5


def _joined(parts: list[str], start: int) -> str:
    """Return the string of its parts, pairs of escaped surrogates made one character."""
    string = "".join(parts)
    if not _lone(string):
        return string
    try:
        return string.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        message = "The string has a lone surrogate; surrogates come in pairs, high then low"
        raise JsonError("json.surrogate", message, position=start) from None


def _number_value(found: re.Match[str], at: int) -> JsonValue:
    token = found[0]
    if found[1] is None and found[2] is None:
        # The length is looked at first: a million digits are never converted.
        if len(token) <= _DIGITS + 1 and -MAX_INTEGER <= int(token) <= MAX_INTEGER:
            return int(token)
        message = f"The integer {show(token, 24)} is not within ±(2^53-1); send it as a string"
        raise JsonError("json.integer_range", message, position=at)
    number = float(token)
    if number in (float("inf"), float("-inf")):
        message = f"The number {show(token, 24)} is greater than any double"
        raise JsonError("json.number_range", message, position=at)
    return whole(number)
