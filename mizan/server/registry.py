"""The registry: collects what `@client` declares, and freezes it into a catalog.

Invariant: freezing finds every fault there is and reports all of them at once, each with its place;
a catalog exists only without faults.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from mizan.server.context import Context
from mizan.server.declare import ClientFunction, Options, Permission, listed

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the declarations: its code (annex B), a sentence, and `file:line`."""

    code: str
    message: str
    where: str


class DeclarationsInvalid(Exception):
    """The declarations have faults; `faults` lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(f"{each.where}: {each.message} [{each.code}]" for each in faults))


class Registry:
    """Collects declared functions. `client` is its decorator; `catalog` is set when it freezes."""

    def __init__(self) -> None:
        self.functions: list[ClientFunction] = []
        self.contexts: dict[str, type[Context]] = {}

    def client(self, fn: Callable[..., Any] | None = None, /, **given: Any) -> Any:
        """Declare a server function; see `mizan.server.client` for the arguments."""
        options = _options(given)

        def declare(fn: Callable[..., Any]) -> ClientFunction:
            function = ClientFunction(fn, options, self)
            self.functions.append(function)
            return function

        return declare if fn is None else declare(fn)


def _options(given: dict[str, Any]) -> Options:
    for name in ("affects", "errors", "methods"):
        if given.get(name) is not None:
            given[name] = listed(given[name])
    return Options(**given)
