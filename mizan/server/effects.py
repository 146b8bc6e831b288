"""Effects: what the steps of a request ask the world for (`drive.py` does it).

Steps are generators that yield effects and are sent the outcomes, so one text serves WSGI, ASGI and
a test's scheduler.

Invariant: an effect is data; what it does is said by its driver.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from mizan.cache.base import Cache
from mizan.events.base import Broker

T = TypeVar("T")


class FunctionFailed(Exception):  # noqa: N818 (a state: the function failed)
    """One function of several failed: `name` which, `error` how (MZ-ERR-004)."""

    def __init__(self, name: str, error: Exception) -> None:
        super().__init__(f"{name}: {error}")
        self.name = name
        self.error = error


@dataclass(slots=True)
class Block:
    """Run something that may block (a database, a session), outside any event loop.

    `always`: even if the request was cancelled after it changed something.
    """

    call: Callable[[], Any]
    always: bool = False


@dataclass(slots=True)
class Run:
    """Run the developer's function `name`, which may be async, and then `finish` on its result.

    `blocks` says of a result whether finishing it may block.
    """

    name: str
    fn: Callable[..., Any]
    is_async: bool
    request: Any
    arguments: Mapping[str, Any]
    finish: Callable[[Any], Any]
    blocks: Callable[[Any], bool]


@dataclass(slots=True)
class RunAll:
    """Run several functions that only read; async ones may overlap. The outcome is a list."""

    runs: list[Run]


@dataclass(slots=True)
class Atomic:
    """Drive steps within a transaction, which commits if they end and rolls back if they raise."""

    open: Callable[[], AbstractContextManager[Any]]
    steps: Generator[Any, Any, Any]


@dataclass(slots=True)
class Ask:
    """Ask a store: call its `method` with `args`. A cache raises CacheUnavailable, the broker of
    events BrokerUnavailable.

    `always`: even if the request was cancelled after it changed something.
    """

    store: Cache | Broker
    method: str
    args: tuple[Any, ...]
    always: bool = False


@dataclass(slots=True)
class Wait:
    """Wait for some seconds."""

    seconds: float


Effect = Block | Run | RunAll | Atomic | Ask | Wait
Steps = Generator[Effect, Any, T]
