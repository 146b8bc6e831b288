"""The faults of a set of declarations, all of them at once (SPEC.md, annex C.5).

Invariant: a fault hides no other one, and nothing is called a fault for leaning on one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mizan.errors import DeclarationError
from mizan.protocol.declarations import read_declarations

Where = Callable[[], str]
_Item = tuple[dict[str, Any], Where]


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the declarations: its code, a sentence, and `file:line`."""

    code: str
    message: str
    where: str

    def __str__(self) -> str:
        """Return the line that people read."""
        return f"{self.where}: {self.message} [{self.code}]"


def faults_of(
    document: Mapping[str, Any],
    functions: Iterable[Where],
    contexts: Iterable[Where],
    tainted: Iterable[str] = (),
) -> Iterator[Fault]:
    """Yield every fault of a `declarations` document.

    The protocol finds one fault at a time: what has it is taken out, and the rest is looked at
    again. `functions` and `contexts` give the place of each. `tainted` are the names of contexts
    some functions of which are not in the document.
    """
    left = _Left(document, functions, contexts, tainted)
    while True:
        try:
            read_declarations(left.document())
        except DeclarationError as error:
            _, section, number = str(error.pointer).split("/")[:3]
            yield from left.take_out(error, section, int(number))
        else:
            return


class _Left:
    """What is left of a document while its faults are found."""

    def __init__(
        self,
        document: Mapping[str, Any],
        functions: Iterable[Where],
        contexts: Iterable[Where],
        tainted: Iterable[str],
    ) -> None:
        self._document = document
        self._items: dict[str, list[_Item]] = {
            "functions": list(zip(document["functions"], functions, strict=True)),
            "contexts": list(zip(document["contexts"], contexts, strict=True)),
        }
        self._tainted = set(tainted)
        for name in self._tainted:
            self._release(name)

    def document(self) -> dict[str, Any]:
        """Return the declarations that are left."""
        left = {name: [item for item, _ in items] for name, items in self._items.items()}
        return {**self._document, **left}

    def take_out(self, error: DeclarationError, section: str, number: int) -> Iterator[Fault]:
        """Take out what has a fault, and what leans on it. Yields the fault."""
        item, where = self._items[section].pop(number)
        # The scope depends on every function of the context, so without one it says nothing.
        if error.code != "declaration.scope" or item["name"] not in self._tainted:
            yield Fault(error.code, error.message + self._twin(error, section, item), where())
        if section == "functions":
            self._taint(item.get("context"))
        elif all(other["name"] != item["name"] for other, _ in self._items[section]):
            self._release(item["name"], drop_readers=True)

    def _twin(self, error: DeclarationError, section: str, item: Mapping[str, Any]) -> str:
        """Return where the other one is of two that have one name."""
        twins = [where for other, where in self._items[section] if other["name"] == item["name"]]
        is_own = error.message.startswith(f"The {section.removesuffix('s')} {item['name']} ")
        return f" The other is at {twins[0]()}." if is_own and twins else ""

    def _taint(self, context: str | None) -> None:
        if context is not None:
            self._tainted.add(context)
            self._release(context)

    def _release(self, context: str, *, drop_readers: bool = False) -> None:
        """Let nothing affect a context any more; with `drop_readers` nothing reads it either."""
        kept = []
        for item, where in self._items["functions"]:
            if drop_readers and item.get("context") == context:
                continue
            if "affects" in item:
                left = [each for each in item["affects"] if each["context"] != context]
                item = {**item, "affects": left}
            kept.append((item, where))
        self._items["functions"] = kept
