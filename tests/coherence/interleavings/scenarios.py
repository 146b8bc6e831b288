"""What is played: readers beside mutations of every kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

from interleavings import app
from interleavings.app import HERE, ROWS
from interleavings.database import ConnectionLost, Refused, Row
from interleavings.play import Play, Scenario, Script, deliver, read_row
from interleavings.workers import Transaction, change, walk
from mizan.server import pipeline
from mizan.server.host import Incoming, Reply

COMMITS = frozenset({"die", "refused", "flying"})
CACHE = frozenset({"down", "lost"})


def reader(row: Row = HERE, times: int = 1) -> tuple[str, Script]:
    """Return a worker that reads a row."""

    async def script(play: Play) -> Reply:
        for _ in range(times):
            reply = await read_row(play, row)
        return reply

    return f"read {row}", script


def call(function: str, **args: Any) -> tuple[str, Script]:
    """Return a worker that calls a function over HTTP."""
    body = json.dumps({"function": function, "args": args}).encode()

    async def script(play: Play) -> Reply:
        incoming = Incoming("POST", body, content_type="application/json")
        steps = pipeline.respond(play.catalog, incoming, pipeline.call(play.catalog, incoming))
        reply: Reply = await walk(steps)
        return reply

    return function, script


def script(do: Callable[[], Coroutine[Any, Any, None]]) -> tuple[str, Script]:
    """Return a worker that runs Python code; what fails in it has been rolled back."""

    async def run(_play: Play) -> None:
        try:
            await do()
        except (Refused, ConnectionLost, LookupError):
            return

    return do.__name__, run


async def two_calls() -> None:
    """Call two functions within a transaction of one's own."""
    async with Transaction():
        await app.change_one(None, a=1, b=1)
        await app.change_row(None, a=1)


async def rolled_back() -> None:
    """Call a function within a transaction that is rolled back."""
    async with Transaction():
        await app.change_one(None, a=1, b=1)
        raise LookupError


async def freely_within() -> None:
    """Call a function that has no transaction within one's own."""
    async with Transaction():
        await app.change_freely(None, a=1, b=1)
        await change((1, 2))
        app.invalidate(1, 2)


async def signal() -> None:
    """Say within a transaction, outside of any function, what is stale."""
    async with Transaction():
        app.invalidate(1, 1)
        await change((1, 1))


async def afterwards() -> None:
    """Change something, then say so."""
    await change((1, 1))
    app.invalidate(1, 1)


OUTBOX = ("outbox", deliver)
MUTATIONS = {
    "two parameters": call("change_one", a=1, b=1),
    "scoped": call("change_row", a=1),
    "broad": call("change_all"),
    "without a transaction": call("change_freely", a=1, b=1),
    "without a transaction, fails": call("fail_freely", a=1),
    "rolls back": call("fail", a=1, b=1),
    "nested": call("nest", a=1),
    "nested, without a transaction": call("nest_freely", a=1, b=1),
    "says so": call("say_so", a=1, b=1),
    "says so, without a transaction": call("say_so_freely", a=1, b=1),
    "two calls in a transaction": script(two_calls),
    "a call, then rolled back": script(rolled_back),
    "without a transaction, in the caller's": script(freely_within),
    "a signal": script(signal),
    "said afterwards": script(afterwards),
}
FRAIL = frozenset({"said afterwards"})
"""Here a death between a change and the word of it leaves it unsaid."""


def one_and_one(name: str, *, warm: bool) -> Scenario:
    """A reader and a mutation, each step of them by itself; one dies, or a commit fails."""
    mutation = MUTATIONS[name]
    return Scenario(name, (reader(), mutation), COMMITS, warm=warm, frail=name in FRAIL)


def with_outbox(name: str, *, moments: int) -> Scenario:
    """The same beside one who delivers; at some moments the cache cannot be reached."""
    workers = (reader(), MUTATIONS[name], OUTBOX)
    return Scenario(f"{name}, outbox", workers, CACHE, moments, warm=True)


COARSE = frozenset({"read", "select", "store", "hold", "commit", "change", "renew"})
"""Beginning (a look and a claim), computing and storing; holding, committing and renewing."""
FINE = COARSE | {"begin", "abandon", "release", "purge", "remember", "delivered", "rows"}
"""Everything but changes within a transaction, which nobody sees."""


def two_and_two(
    *names: str, grain: frozenset[str] | None = COARSE, faults: frozenset[str] = frozenset()
) -> Scenario:
    """Two readers and two mutations; where one is named, it runs twice."""
    first, *others = names
    mutations = MUTATIONS[first], MUTATIONS[(others or [first])[0]]
    title = f"two and two: {', '.join(names)}"
    frail = not FRAIL.isdisjoint(names)
    return Scenario(title, (reader(), reader(), *mutations), faults, grain=grain, frail=frail)


def drawn(random: Random) -> Scenario:
    """Return some readers and some mutations of any kind, with some of all that can go wrong."""
    number = random.randint(1, 3)
    readers = [reader(random.choice(ROWS), random.randint(1, 3)) for _ in range(number)]
    names = random.choices(list(MUTATIONS), k=random.randint(1, 3))
    outbox = [OUTBOX] * random.randint(0, 1)
    faults = sorted(COMMITS | CACHE | {"evict"})
    return Scenario(
        f"drawn: {', '.join(names)}",
        (*readers, *(MUTATIONS[name] for name in names), *outbox),
        frozenset(random.sample(faults, random.randint(1, len(faults)))),
        budget=random.randint(0, 3),
        warm=random.random() < 0.5,
        frail=not FRAIL.isdisjoint(names),
    )
