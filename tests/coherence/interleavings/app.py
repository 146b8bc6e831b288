"""What the workers serve: a shop of shelves (a, b), and functions that change what is there."""

from __future__ import annotations

from contextlib import suppress

from interleavings.host import Host
from interleavings.workers import Transaction, change, select
from mizan.protocol.targets import Target
from mizan.server import direct
from mizan.server.catalog import Catalog
from mizan.server.context import Context
from mizan.server.invalidation import running
from mizan.server.registry import Registry

NAME = "shop"
HERE, THERE = (1, 1), (1, 2)
ROWS = (HERE, THERE)

registry = Registry()
client = registry.client


class ShopContext(Context):
    scope_by = ("a", "b")


@client(context=ShopContext)
async def stock(request: object, a: int, b: int) -> list[int]:
    return await select((a, b))


@client(context="pair", cache=True)
async def left(request: object, a: int) -> list[int]:
    return await select((a, 1))


@client(context="pair")
async def right(request: object, a: int) -> list[int]:
    return await select((a, 2))


@client(affects=[ShopContext, "pair"])
async def change_one(request: object, a: int, b: int) -> None:
    await change((a, b))


@client(affects=[ShopContext.by("a"), "pair"])
async def change_row(request: object, a: int) -> None:
    await change((a, 1))
    await change((a, 2))


@client(affects=[ShopContext.by(), "pair"])
async def change_all(request: object) -> None:
    await change(HERE)


@client(affects=[ShopContext, "pair"], atomic=False)
async def change_freely(request: object, a: int, b: int) -> None:
    await change((a, b))


@client(affects=[ShopContext.by("a"), "pair"], atomic=False)
async def fail_freely(request: object, a: int) -> None:
    """Change something, then fail: nothing rolls it back."""
    await change((a, 1))
    raise LookupError


@client(affects=[ShopContext, "pair"])
async def fail(request: object, a: int, b: int) -> None:
    await change((a, b))
    raise LookupError


@client(affects=[ShopContext, "pair"])
async def nest(request: object, a: int) -> None:
    """Change by another function, and by one that fails in a savepoint."""
    await change_one(request, a, 1)
    with suppress(LookupError):
        await fail(request, a, 2)


@client(affects=[ShopContext, "pair"], atomic=False)
async def nest_freely(request: object, a: int, b: int) -> None:
    """A transaction within a function that has none."""
    await change_one(request, a, b)
    await change((a, b))


@client(atomic=True)
async def say_so(request: object, a: int, b: int) -> None:
    """Say while it runs what it makes stale: once for good, once in a savepoint that fails."""
    await change((a, b))
    add(a, b)
    with suppress(LookupError):
        async with Transaction():
            await change((a, 2))
            add(a, 2)
            raise LookupError


@client(atomic=False)
async def say_so_freely(request: object, a: int, b: int) -> None:
    """Have a transaction of its own, and say in it what it makes stale."""
    async with Transaction():
        await change((a, b))
        invalidate(a, b)


def targets(a: int, b: int) -> list[Target]:
    found = [Target(NAME, (("a", a), ("b", b)))]
    return [*found, Target("pair", (("a", a),))]


def add(a: int, b: int) -> None:
    """Say to the running call that a shelf is stale."""
    collector = running()
    assert collector is not None
    collector.add(targets(a, b))


def invalidate(a: int, b: int) -> None:
    """Say that a shelf is stale, as developers do."""
    direct.invalidate(registry.catalog, ShopContext, {"a": a, "b": b})
    direct.invalidate(registry.catalog, "pair", {"a": a})


def catalog() -> Catalog:
    """Return the catalog, made anew: a schedule that was cut short leaves nothing in it."""
    registry.host = Host
    return registry.catalog
