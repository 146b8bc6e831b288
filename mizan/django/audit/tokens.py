"""The words of a statement of SQL, in any of the dialects that Django speaks.

Invariant: any text is read without an error; what is no word is a mark of one character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|/\*.*?\*/)
  | (?P<text>'(?:[^']|'')*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
  | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[A-Za-z_][^\]]*\])
  | (?P<param>%s|%\(\w+\)s|\?|:\w+|\$\d+)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<number>\d[\w.]*)
  | (?P<mark><>|!=|>=|<=|\|\||::|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_CAST = re.compile(r"::\s*\w+(?:\[\])?")


class Token(NamedTuple):
    """A word of a statement. `kind`: word, quoted, param, text, number or mark; `text` of a quoted
    name is without its quotes; `end`: the place after it; `place`: which parameter it is."""

    kind: str
    text: str
    start: int
    end: int
    place: int = -1

    def says(self, *words: str) -> bool:
        """Whether it is one of some keywords, given in capitals, or marks."""
        return self.kind in ("word", "mark") and self.text.upper() in words

    @property
    def is_name(self) -> bool:
        """Whether it may name a table, an alias or a column."""
        return self.kind in ("word", "quoted")

    @property
    def is_value(self) -> bool:
        """Whether it is a parameter or a literal."""
        return self.kind in ("param", "text", "number")


Tree: TypeAlias = "list[Token | Tree]"
"""Tokens, in which each pair of parentheses is a list of its own."""


def tokens(sql: str) -> Iterator[Token]:
    """Yield the tokens of a text, without blanks and comments."""
    params = 0
    sql = _CAST.sub(lambda found: " " * len(found[0]), sql)
    for found in _TOKEN.finditer(sql):
        kind, text = found.lastgroup or "mark", found[0]
        if kind == "tag":
            kind = "text"
        if kind == "space":
            continue
        place = -1
        if kind == "param":
            place, params = params, params + 1
        elif kind == "quoted":
            text = text[1:-1]
        yield Token(kind, text, found.start(), found.end(), place)


def tree(sql: str) -> Tree:
    """Return a text's tokens by parentheses; those that do not match end at the end."""
    top: Tree = []
    stack = [top]
    for token in tokens(sql):
        if token.text == "(" and token.kind == "mark":
            inner: Tree = []
            stack[-1].append(inner)
            stack.append(inner)
        elif token.text == ")" and token.kind == "mark":
            if len(stack) > 1:
                stack.pop()
        else:
            stack[-1].append(token)
    return top
