"""Names of types, constants and hooks, made from names of the client schema.

Invariant: no two things of a module have one name, and the same schema gives the same names.
"""

import hashlib
import re
from collections.abc import Iterable

MAX_LENGTH = 60
_OTHER = re.compile(r"[^A-Za-z0-9]+")

# Words that cannot name a constant.
WORDS = {
    "arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger",
    "default", "delete", "do", "else", "enum", "eval", "export", "extends", "false", "finally",
    "for", "function", "if", "implements", "import", "in", "instanceof", "interface", "let",
    "new", "null", "package", "private", "protected", "public", "return", "static", "super",
    "switch", "this", "throw", "true", "try", "typeof", "undefined", "var", "void", "while",
    "with", "yield",
}  # fmt: skip


def pascal(*parts: str) -> str:
    """Return the parts as one name of a type: `ShopOrders` of `shop.orders`."""
    words = [word for part in parts for word in _OTHER.split(part) if word]
    name = "".join(word[0].upper() + word[1:] for word in words) or "Value"
    name = name if name[0].isalpha() else f"T{name}"
    if len(name) <= MAX_LENGTH:
        return name
    return name[: MAX_LENGTH - 8] + hashlib.sha256(name.encode()).hexdigest()[:8]


def camel(*parts: str) -> str:
    """Return the parts as one name of a constant: `shopOrders` of `shop.orders`."""
    name = pascal(*parts)
    return name[0].lower() + name[1:]


class Names:
    """The names of one module, each given once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = {*WORDS, *taken}

    def take(self, wanted: str, instead: str = "") -> str:
        """Return a free name: the wanted one, the other one, or the last with a number."""
        last = instead or wanted
        name, number = wanted, 1
        while name in self._taken:
            name, number = (last if number == 1 else f"{last}{number}"), number + 1
        self._taken.add(name)
        return name
