"""mizan/server/existing.py: code that says what it makes stale."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from mizan.errors import DeclarationError
from mizan.server import Context
from mizan.server.existing import Affecting, decorator
from mizan.server.problems import Problem


class UserContext(Context):
    """One user."""


@pytest.fixture
def users(kept: Any) -> Any:
    """A server with a context scoped by `user_id`, and a cache that notes what it is asked."""

    @kept.client(context=UserContext)
    def profile(request: Any, user_id: int) -> int:
        return 1

    _ = kept.catalog
    return kept


def affects(users: Any, *affected: Any, atomic: bool = True) -> Any:
    return decorator(users.registry, affected, atomic=atomic)


def affecting(users: Any, affected: Any, atomic: bool | None = None, **params: Any) -> Affecting:
    return Affecting(users.registry, affected, params, atomic)


def told(users: Any) -> list[Any]:
    """Return what was told of, and forget it."""
    found = [[(each.context, dict(each.params)) for each in some] for some in users.host.purged]
    users.host.purged.clear()
    return found


def test_a_function_runs_as_a_mutation_does(users: Any) -> None:
    @affects(users, UserContext)
    def save(user_id: int, name: str = "Ada") -> str:
        """Save a name."""
        users.host.log.append("effect")
        return name

    assert save(5, name="Bob") == "Bob"
    assert users.host.log == ["effect", "hold", "commit", "renew"]
    assert told(users) == [[("user", {"user_id": 5})]]
    assert (save.__name__, save.__doc__) == ("save", "Save a name.")
    assert inspect.signature(save).parameters["name"].annotation is str


def test_what_raises_is_rolled_back(users: Any) -> None:
    @affects(users, UserContext)
    def save(user_id: int) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        save(5)
    assert (users.host.log, told(users)) == (["rollback"], [])


def test_without_a_transaction_it_is_held_before(users: Any) -> None:
    @affects(users, UserContext, atomic=False)
    def save(user_id: int) -> None:
        users.host.log.append("effect")
        raise LookupError

    with pytest.raises(LookupError):
        save(5)
    assert users.host.log == ["hold", "effect", "renew"]
    assert told(users) == [[("user", {"user_id": 5})]]


def test_an_async_function(users: Any) -> None:
    @affects(users, UserContext)
    async def save(user_id: int) -> int:
        await asyncio.sleep(0)
        users.host.log.append("effect")
        return user_id

    assert asyncio.iscoroutinefunction(save)
    assert asyncio.run(save(5)) == 5
    assert users.host.log == ["effect", "hold", "commit", "renew"]
    assert told(users) == [[("user", {"user_id": 5})]]


def _of(**given: Any) -> Any:
    return SimpleNamespace(**given)


@pytest.mark.parametrize(
    ("affected", "call", "params"),
    [
        (UserContext.by("user_id"), lambda f: f(None, "5"), {"user_id": 5}),
        (UserContext.by(), lambda f: f(None, 5), {}),
        (UserContext, lambda f: f(None, None), {}),
        (UserContext, lambda f: f(None, "five"), {}),
        (UserContext.by(user_id="form.owner.pk"), lambda f: f(_of(owner=_of(pk=7)), 5), 7),
        (UserContext.by(user_id="form.owner"), lambda f: f({"owner": 7}, 5), 7),
        (UserContext.by(user_id="form.owner"), lambda f: f({}, 5), {}),
        (UserContext.by(user_id="form.owner"), lambda f: f(None, 5), {}),
        (UserContext.by(user_id="rest"), lambda f: f(None, 5, rest=7), 7),
    ],
)
def test_the_scope(users: Any, affected: Any, call: Callable[[Any], None], params: Any) -> None:
    @affects(users, affected)
    def save(form: Any, user_id: Any, **kwargs: Any) -> None:
        """Save nothing."""

    call(save)
    expected = {"user_id": params} if isinstance(params, int) else params
    assert told(users) == [[("user", expected)]]


def test_a_path_is_followed_before_and_after(users: Any) -> None:
    for is_async in (False, True):

        def move(order: Any) -> None:
            order.owner = 2

        async def amove(order: Any) -> None:
            order.owner = 2

        moved = affects(users, UserContext.by(user_id="order.owner"))(amove if is_async else move)
        done = moved(_of(owner=1))
        if is_async:
            asyncio.run(done)
        assert told(users) == [[("user", {"user_id": 1}), ("user", {"user_id": 2})]]


def test_a_wrong_call_is_pythons_own_error(users: Any) -> None:
    @affects(users, UserContext)
    def save(user_id: int) -> None:
        """Save nothing."""

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'user_id'"):
        save()


def test_within_a_mutation_targets_are_the_mutations(users: Any) -> None:
    @affects(users, UserContext)
    def save(user_id: int) -> None:
        users.host.log.append("effect")

    users.inner = [lambda request: save(5)]
    header = users.call("publish").headers["X-Mizan-Invalidate"]
    assert "user;user_id=5" in header
    assert users.host.log.count("hold") == 1
    assert told(users) == []


def test_what_cannot_be_decorated(users: Any) -> None:
    def rows() -> Iterator[int]:
        yield 1

    with pytest.raises(TypeError, match="generator"):
        affects(users, UserContext)(rows)
    with pytest.raises(TypeError, match="decorate the method"):
        affects(users, UserContext)(type("View", (), {}))
    with pytest.raises(TypeError, match="Say what becomes stale"):
        affects(users)


def test_a_block(users: Any) -> None:
    with affecting(users, UserContext, user_id=5):
        users.host.log.append("effect")
    assert users.host.log == ["effect", "hold", "commit", "renew"]
    assert told(users) == [[("user", {"user_id": 5})]]
    users.host.log.clear()
    with suppress(LookupError), affecting(users, UserContext, user_id=5):
        raise LookupError
    assert (users.host.log, told(users)) == (["rollback"], [])
    with suppress(LookupError), affecting(users, UserContext, user_id=5, atomic=False):
        raise LookupError
    assert users.host.log == ["rollback", "hold", "renew"]
    assert told(users) == [[("user", {"user_id": 5})]]


def test_a_block_within_a_block(users: Any) -> None:
    with affecting(users, UserContext, user_id=5):
        with suppress(LookupError), affecting(users, UserContext, user_id=6):
            raise LookupError
        with affecting(users, UserContext, user_id=7):
            users.host.log.clear()
    assert users.host.log == ["commit", "hold", "commit", "renew"]
    assert told(users) == [[("user", {"user_id": 5}), ("user", {"user_id": 7})]]


def test_an_async_block_opens_no_transaction(users: Any) -> None:
    async def block(atomic: bool | None = None) -> None:
        async with affecting(users, UserContext, atomic, user_id=5):
            await asyncio.sleep(0)
            users.host.log.append("effect")
            raise LookupError

    with pytest.raises(LookupError):
        asyncio.run(block())
    assert users.host.log == ["hold", "effect", "renew"]
    assert told(users) == [[("user", {"user_id": 5})]]
    with pytest.raises(TypeError, match="opens no transaction"):
        asyncio.run(block(atomic=True))


def test_an_async_block_that_is_cancelled_keeps_its_hold(users: Any) -> None:
    async def block() -> None:
        async with affecting(users, UserContext, user_id=5):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(block())
    assert users.host.log == ["hold"]  # it expires by itself


def test_a_block_that_cannot_begin(users: Any) -> None:
    with pytest.raises(DeclarationError, match="did you mean 'user'"), affecting(users, "usr"):
        pass
    users.host.consistent, users.host.cache.down = True, {"hold"}
    with pytest.raises(Problem, match="nothing was changed"), affecting(users, "user"):
        users.host.log.append("effect")
    assert users.host.log == ["effect", "hold", "release", "rollback"]
