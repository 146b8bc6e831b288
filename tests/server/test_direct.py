"""mizan/server/direct.py: a declared function called from Python."""

import asyncio
import contextlib
import inspect
import threading
from typing import Any

import pytest
from pydantic import BaseModel

from mizan.errors import CoerceError, DeclarationError
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server import direct
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.context import Context, FromRequest
from mizan.server.results import ResultInvalid

FIVE = Target("user", (("user_id", 5),))


class UserContext(Context):
    pass


class Shape(BaseModel):
    id: int


@pytest.fixture
def made(server: Any) -> Any:
    """A context with a reading function."""

    @server.client(context=UserContext)
    def user_profile(request: Any, user_id: int) -> Shape:
        return {"id": user_id}  # type: ignore[return-value]

    server.profile = user_profile
    return server


def test_it_validates_runs_and_shapes(made: Any) -> None:
    assert made.profile(None, 5) == Shape(id=5)
    assert made.profile(None, user_id="5") == Shape(id=5)
    assert made.profile(request=None, user_id=5) == Shape(id=5)
    with pytest.raises(ArgumentsInvalid) as caught:
        made.profile(None, user_id="x")
    assert caught.value.errors[0]["pointer"] == "/user_id"
    assert made.host.purged == []


@pytest.mark.parametrize(
    ("args", "kwargs", "say"),
    [
        ((), {}, "user_profile(): missing a required argument: 'request'"),
        ((None,), {}, "user_profile(): missing a required argument: 'user_id'"),
        ((None, 5, 6), {}, "user_profile(): too many positional arguments"),
        ((None, 5), {"user_id": 5}, "user_profile(): multiple values for argument 'user_id'"),
        ((None, 5), {"page": 5}, "user_profile(): got an unexpected keyword argument 'page'"),
    ],
)
def test_a_call_that_python_would_refuse(made: Any, args: Any, kwargs: Any, say: str) -> None:
    with pytest.raises(TypeError) as caught:
        made.profile(*args, **kwargs)
    assert str(caught.value) == say


def test_what_it_raises_is_what_the_function_raises(made: Any) -> None:
    @made.client(affects=UserContext)
    def bad(request: Any) -> Shape:
        return 5  # type: ignore[return-value]

    @made.client(affects=UserContext)
    def worse(request: Any) -> None:
        raise KeyError("x")

    with pytest.raises(ResultInvalid, match="bad declares Shape and gave int"):
        bad(None)
    with pytest.raises(KeyError):
        worse(None)
    assert made.host.log == ["rollback", "rollback"]
    assert made.host.purged == []


def test_its_targets_are_purged_after_the_commit(made: Any) -> None:
    @made.client(affects=UserContext)
    def rename(request: Any, user_id: int) -> None:
        assert made.host.purged == []

    rename(None, 5)
    assert made.host.purged == [(FIVE,)]
    made.host.purged.clear()
    with made.host.atomic():
        rename(None, 5)
        assert made.host.purged == []
    assert made.host.purged == [(FIVE,)]
    made.host.purged.clear()
    with pytest.raises(KeyError), made.host.atomic():  # noqa: PT012 (the block is the test)
        rename(None, 5)
        raise KeyError
    assert made.host.purged == []


def test_without_a_transaction_a_failure_is_purged_and_raised_as_it_is(made: Any) -> None:
    @made.client(affects=UserContext, atomic=False)
    def fail(request: Any, user_id: int) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError) as caught:
        fail(None, 5)
    assert caught.value.__cause__ is None
    assert made.host.purged == [(FIVE,)]


def test_within_a_call_its_targets_join_the_reply(made: Any) -> None:
    @made.client(affects=UserContext)
    def inner(request: Any, user_id: int, fails: bool = False) -> None:
        made.registry.catalog  # noqa: B018 (reading it is the test)
        if fails:
            raise KeyError("x")

    @made.client
    def outer(request: Any, fails: bool = False) -> None:
        inner(request, 5)
        with contextlib.suppress(KeyError):
            inner(request, 6, fails=fails)

    assert made.call("outer").headers["X-Mizan-Invalidate"] == "user;user_id=5, user;user_id=6"
    assert made.call("outer", fails=True).headers["X-Mizan-Invalidate"] == "user;user_id=5"
    assert made.host.purged == []


def test_a_view_called_from_python(made: Any) -> None:
    @made.client(affects=UserContext, route="/r/")
    def page(request: Any, text: str = "") -> made.Response:
        return made.Response(text) if text else None

    assert page(None, text="x").text == "x"
    assert made.host.purged == [(Target("user"),)]
    with pytest.raises(ResultInvalid, match="This is no response"):
        page(None)


def test_an_async_function_gives_a_coroutine(made: Any) -> None:
    @made.client(affects=UserContext, atomic=False)
    async def rename(request: Any, user_id: int) -> Shape:
        await asyncio.sleep(0)
        return Shape(id=user_id)

    coroutine = rename(None, 5)
    assert inspect.iscoroutine(coroutine)
    assert made.host.purged == []
    assert asyncio.run(coroutine) == Shape(id=5)
    assert made.host.purged == [(FIVE,)]
    with pytest.raises(ArgumentsInvalid):
        rename(None, "x")


def test_what_was_committed_before_a_cancellation_is_purged(made: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()

    @made.client(affects=UserContext)
    async def rename(request: Any, user_id: int) -> None: ...

    def slow_commit() -> None:
        begun.set()
        assert go_on.wait(20)

    made.host.check_commit = slow_commit

    async def go() -> None:
        task = asyncio.ensure_future(rename(None, 5))
        await asyncio.to_thread(begun.wait, 20)
        task.cancel()
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(go())
    assert made.host.log == ["commit"]
    assert made.host.purged == [(FIVE,)]


def test_a_bound_parameter_is_taken_from_the_request(server: Any) -> None:
    class CartContext(Context):
        owner: str = FromRequest(lambda request: request.user)

    @server.client(context=CartContext)
    def cart(request: Any, owner: str) -> str:
        return owner

    @server.client(affects=CartContext)
    def add(request: Any) -> None: ...

    add(server.Request(user="ada"))
    add(None)
    assert server.host.purged == [(Target("cart", (("owner", "ada"),)),), (Target("cart"),)]


def test_invalidating_while_a_function_runs(made: Any) -> None:
    @made.client
    def touch(request: Any) -> None:
        direct.invalidate(made.catalog, UserContext, {"user_id": 5})
        direct.invalidate(made.catalog, made.profile, {"user_id": "6"})

    assert made.call("touch").headers["X-Mizan-Invalidate"] == (
        "user/user_profile;user_id=6, user;user_id=5"
    )
    assert made.host.purged == []


def test_invalidating_while_nothing_runs(made: Any) -> None:
    direct.invalidate(made.catalog, "user", {"user_id": 5})
    with made.host.atomic():
        direct.invalidate(made.catalog, "*", {})
        assert made.host.purged == [(FIVE,)]
    assert made.host.purged == [(FIVE,), (EVERYTHING,)]


@pytest.mark.parametrize(
    ("affected", "params", "kind", "say"),
    [
        (UserContext.by("user_id"), {}, TypeError, "Give values: invalidate"),
        (5, {}, TypeError, "takes a context, a function or a name of one, not 5"),
        (int, {}, TypeError, "not <class 'int'>"),
        ("usr", {}, DeclarationError, "did you mean 'user'"),
        (UserContext, {"id": 5}, DeclarationError, "user has no parameter 'id'"),
        (UserContext, {"user_id": "x"}, CoerceError, "Expected an integer"),
    ],
)
def test_what_cannot_be_invalidated(
    made: Any, affected: Any, params: Any, kind: Any, say: str
) -> None:
    with pytest.raises(kind, match=say):
        direct.invalidate(made.catalog, affected, params)
    assert made.host.purged == []
