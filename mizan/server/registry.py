"""The registry: collects what `@client` declares, and freezes it into a catalog.

Invariant: freezing finds every fault there is and reports all of them at once, each with its place;
a catalog exists only without faults.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakSet

from mizan.server.catalog import Catalog
from mizan.server.declare import ClientFunction, Options, P, R
from mizan.server.direct import call_directly
from mizan.server.faults import Fault
from mizan.server.freeze import freeze
from mizan.server.host import Host
from mizan.server.writers import Writer


class DeclarationsInvalid(Exception):  # noqa: N818 (a state: the declarations are invalid)
    """The declarations have faults; `faults` lists all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(str(each) for each in faults))


class Registry:
    """Collects declared functions and makes the catalog, once, when it is first asked for.

    `host` makes the framework's host when the catalog is made. `writers` are those of existing
    code, as long as somebody holds them.
    """

    def __init__(self) -> None:
        self.functions: list[ClientFunction[..., Any]] = []
        self.writers: WeakSet[Writer] = WeakSet()
        self.host: Callable[[], Host] | None = None
        self._catalog: Catalog | None = None
        self._lock = threading.RLock()

    def client(self, fn: Callable[..., Any] | None = None, /, **given: Any) -> Any:
        """Declare a server function; `mizan.server.client` documents the arguments."""
        options = Options.of(given)

        def declare(fn: Callable[P, R]) -> ClientFunction[P, R]:
            function = ClientFunction(fn, options, self)
            with self._lock:
                self.functions.append(function)
                self._catalog = None
            return function

        return declare if fn is None else declare(fn)

    def add_writer(self, writer: Writer) -> None:
        """Note a writer, so that its faults are found."""
        with self._lock:
            self.writers.add(writer)
            self._catalog = None

    @property
    def catalog(self) -> Catalog:
        """The catalog of all that was declared. Raises DeclarationsInvalid."""
        catalog = self._catalog
        if catalog is not None:
            return catalog
        with self._lock:
            self._catalog = self._catalog or self._freeze()
            return self._catalog

    def _freeze(self) -> Catalog:
        if self.host is None:
            raise RuntimeError('No framework: put "mizan.django" into INSTALLED_APPS.')
        catalog, faults = freeze(self.functions, self.host(), self.writers)
        if catalog is None:
            raise DeclarationsInvalid(faults)
        return catalog

    def reset(self) -> None:
        """Forget the catalog: the next request for it makes it anew (settings changed)."""
        with self._lock:
            self._catalog = None

    def faults(self) -> list[Fault]:
        """Return every fault of the declarations."""
        try:
            _ = self.catalog
        except DeclarationsInvalid as error:
            return error.faults
        return []

    def call_directly(
        self, function: ClientFunction[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """Run a function that was called from Python; see `ClientFunction.__call__`."""
        return call_directly(self.catalog, function.name, args, kwargs)


registry = Registry()
"""The registry that `mizan.server.client` declares in."""
