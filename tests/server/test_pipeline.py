"""mizan/server/pipeline.py: the life of a request, through both drivers."""

import asyncio
import json
import threading
from contextlib import suppress
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from mizan.protocol.canonical import canonical_json
from mizan.protocol.policy import etag
from mizan.protocol.targets import Target
from mizan.server.app_errors import AppError
from mizan.server.context import Context, FromRequest
from mizan.server.direct import invalidate
from mizan.server.drive import adrive
from mizan.server.host import Incoming
from mizan.server.patch import Patch
from mizan.server.pipeline import call, respond
from mizan.server.reads import read

INVALIDATE = "X-Mizan-Invalidate"


class Shape(BaseModel):
    id: int
    name: str = ""


class Sold(AppError):  # noqa: N818 (an application's word)
    left: int


class UserContext(Context):
    user_scoped = False


class CartContext(Context):
    owner: str = FromRequest(lambda request: request.user)


class ShopContext(Context):
    owner: int = FromRequest(lambda request: len(request.rights) or None)


def document(reply: Any) -> Any:
    return json.loads(reply.body)


@pytest.fixture
def shop(either: Any) -> Any:  # noqa: C901 (a list of functions)
    """A server with a bit of everything; sync and async functions side by side."""
    client, made = either.client, either

    @client(context=UserContext)
    def user_profile(request: Any, user_id: int) -> Shape:
        return {"id": user_id, "name": "Ada"}  # type: ignore[return-value]

    @client(context=UserContext)
    async def user_orders(request: Any, user_id: int, page: int = 1, tag: str | None = None) -> Any:
        await asyncio.sleep(0)
        return [page, tag]

    @client(affects=UserContext, errors=[Sold])
    def rename(request: Any, user_id: int, name: str, patch: Patch[Shape] | None = None) -> Shape:
        made.host.log.append("rename")
        if name == "sold":
            raise Sold("None left.", left=0)
        if name == "lost":
            raise LookupError(name)
        if name == "bad":
            return None  # type: ignore[return-value]
        return Shape(id=user_id, name=name)

    @client(affects=UserContext, name="users.arename")
    async def arename(request: Any, user_id: int, name: str) -> Shape:
        await asyncio.sleep(0)
        if name == "bad":
            raise ValueError("secret")
        return Shape(id=user_id, name=name)

    @client
    async def echo(request: Any, value: Any = None) -> Any:
        return value

    @client(private=True)
    def secret(request: Any) -> None: ...

    return either


# Calls


def test_a_call(shop: Any) -> None:
    reply = shop.call("rename", user_id=5, name="Bo")
    assert reply.status == 200
    assert document(reply) == {
        "invalidate": [{"context": "user", "params": {"user_id": 5}}],
        "result": {"id": 5, "name": "Bo"},
    }
    assert reply.headers[INVALIDATE] == "user;user_id=5"
    assert reply.headers["Cache-Control"] == "no-store"
    assert shop.host.log == ["rename", "commit"]
    assert document(shop.call("users.arename", user_id=5, name="Bo"))["result"]["name"] == "Bo"
    assert shop.host.log == ["rename", "commit", "commit"]


def test_a_call_that_makes_nothing_stale(shop: Any) -> None:
    reply = shop.call("echo", value={"b": [1.0], "a": None})
    assert reply.body == b'{"result":{"a":null,"b":[1]}}'
    assert INVALIDATE not in reply.headers
    assert shop.host.log == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b'{"function":"echo","function":"echo"}', 400, "malformed"),
        (b'{"function":"echo","args":{"value":NaN}}', 400, "malformed"),
        (b'{"function":"echo","args":{"value":' + b"[" * 80 + b"]" * 80 + b"}}", 400, "malformed"),
        (b"[]", 400, "malformed"),
        (b"5", 400, "malformed"),
        (b"{}", 400, "malformed"),
        (b'{"function":5}', 400, "malformed"),
        (b'{"function":"echo","args":[]}', 400, "malformed"),
        (b'{"function":"echo","args":null}', 400, "malformed"),
        (b'{"function":"nothing"}', 404, "not_found"),
        (b'{"function":"secret"}', 403, "private"),
        (b'{"function":"echo","other":1}', 200, None),
        (b'{"function":"echo"}', 200, None),
        (b'{"function":"echo","args":{"x":1}}', 422, "validation"),
        (b" " * 100_001, 413, "too_large"),
    ],
)
def test_bodies(shop: Any, body: bytes, status: int, code: str | None) -> None:
    reply = shop.call("echo", shop.Request(body))
    assert reply.status == status
    assert document(reply).get("code") == code


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "OPTIONS"])
def test_calls_are_posted(shop: Any, method: str) -> None:
    incoming = Incoming(method, shop.Request())
    reply = shop.ask(incoming, call)
    assert reply.status == 405
    assert reply.headers["Allow"] == "POST"
    assert bool(reply.body) == (method != "HEAD")


def test_calls_are_json(shop: Any) -> None:
    incoming = Incoming("POST", shop.Request(b'{"function":"echo"}'), content_type="text/plain")
    reply = shop.ask(incoming, call)
    assert (reply.status, document(reply)["code"]) == (415, "unsupported_media_type")


def test_refused_arguments_have_pointers(shop: Any) -> None:
    reply = shop.call("rename", user_id="x", patch={"id": None, "nme": 1})
    assert reply.status == 422
    assert {each["pointer"] for each in document(reply)["errors"]} == {
        "/user_id",
        "/name",
        "/patch/id",
        "/patch/nme",
    }
    assert shop.host.log == []


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [("sold", 409, "app.sold"), ("lost", 404, "not_found"), ("bad", 500, "internal")],
)
def test_a_mutation_that_fails_is_rolled_back_and_makes_nothing_stale(
    shop: Any, name: str, status: int, code: str
) -> None:
    reply = shop.call("rename", user_id=5, name=name)
    assert (reply.status, document(reply)["code"]) == (status, code)
    assert INVALIDATE not in reply.headers
    assert shop.host.log == ["rename", "rollback"]
    assert document(reply).get("data") == ({"left": 0} if name == "sold" else None)


def test_an_unexpected_error_is_told_under_debug_alone(shop: Any) -> None:
    reply = shop.call("users.arename", user_id=5, name="bad")
    assert reply.status == 500
    assert b"secret" not in reply.body
    assert [str(each) for each in shop.host.reported] == ["secret"]
    shop.host.debug = True
    assert document(shop.call("users.arename", user_id=5, name="bad"))["detail"] == (
        "ValueError: secret"
    )


def test_files(either: Any) -> None:
    @either.client
    def send(request: Any, text: str, photo: either.Upload, more: list[either.Upload] = []) -> Any:  # noqa: B006 (read only)
        return [text, photo.name, [each.name for each in more]]

    upload = either.Upload
    body = json.dumps({"function": "send", "args": {"text": "x"}}).encode()
    files = {"photo": [upload("a")], "more": [upload("b"), upload("c")]}
    reply = either.call("send", either.Request(body, files=files))
    assert document(reply) == {"result": ["x", "a", ["b", "c"]]}
    reply = either.call("send", either.Request(body, files={"foto": [upload("a")]}))
    assert reply.status == 422
    assert {each["pointer"] for each in document(reply)["errors"]} == {"/photo", "/foto"}


def test_who_may_call(either: Any) -> None:
    @either.client(login_required=True)
    def mine(request: Any) -> str:
        return "mine"

    Request = either.Request  # noqa: N806 (a class)
    assert either.call("mine").status == 401
    assert either.call("mine", Request(user="ada", is_forged=True)).status == 403
    assert either.call("mine", Request(user="ada")).status == 200
    assert either.call("mine", Request(token="ada", is_forged=True)).status == 200
    assert either.call("mine", Request(token="bad", user="ada")).status == 401


def test_wire_errors_of_the_developers_own_code_are_no_clients_fault(either: Any) -> None:
    @either.client(affects="user")
    def touch(request: Any) -> None:
        invalidate(either.catalog, "user", {"user_id": "x"})

    @either.client(context="user")
    def user(request: Any, user_id: int) -> None: ...

    assert either.call("touch").status == 500


def test_results_that_are_no_json_are_the_servers_fault(either: Any) -> None:
    @either.client
    def much(request: Any) -> int:
        return 2**60

    @either.client(context="user")
    def user(request: Any) -> Any:
        return float("nan")

    assert either.call("much").status == 500
    reply = either.read("user", "")
    assert (reply.status, document(reply)["function"]) == (500, "user")


# Effects: transactions, nested calls, savepoints


@pytest.fixture
def nested(either: Any) -> Any:  # noqa: C901 (a list of functions)
    """Mutations that call each other."""
    client, host = either.client, either.host

    @client(context="user")
    def user(request: Any, user_id: int) -> None: ...

    @client(context="cart")
    def cart(request: Any) -> None: ...

    @client(affects="user")
    def inner(request: Any, user_id: int, fails: bool = False) -> None:
        if fails:
            raise LookupError

    @client(affects="user", atomic=False)
    def loose(request: Any, user_id: int, fails: bool = False) -> None:
        if fails:
            raise LookupError

    either.inner, either.loose = inner, loose

    def declare(name: str, body: Any, **options: Any) -> None:
        if asyncio.iscoroutinefunction(body):

            async def outer(request: Any) -> None:
                await body(request)

        else:

            def outer(request: Any) -> None:
                body(request)

        client(name=name, **options)(outer)

    either.declare = declare
    assert host.log == []
    return either


def ignore(do: Any, *args: Any, **kwargs: Any) -> None:
    with suppress(LookupError):
        do(*args, **kwargs)


@pytest.mark.parametrize("atomic", [True, False])
def test_nested_calls_leave_their_targets_to_the_outermost(nested: Any, atomic: bool) -> None:
    def body(request: Any) -> None:
        nested.inner(request, 5)
        nested.loose(request, 6)
        ignore(nested.inner, request, 7, fails=True)
        invalidate(nested.catalog, "user", {"user_id": 8})

    nested.declare("outer", body, affects="cart", atomic=atomic)
    reply = nested.call("outer")
    assert reply.status == 200
    assert reply.headers[INVALIDATE] == "cart, user;user_id=5, user;user_id=6, user;user_id=8"
    assert nested.host.log == ["commit", "rollback"] + ["commit"] * atomic
    assert nested.host.purged == []


def test_what_failed_without_a_transaction_may_be_stale_all_the_same(nested: Any) -> None:
    nested.declare(
        "outer", lambda request: ignore(nested.loose, request, 5, fails=True), affects="cart"
    )
    assert nested.call("outer").headers[INVALIDATE] == "cart, user;user_id=5"


@pytest.mark.parametrize("atomic", [True, False])
def test_a_failure_takes_along_what_its_transaction_rolls_back(nested: Any, atomic: bool) -> None:
    def body(request: Any) -> None:
        nested.inner(request, 5)
        nested.loose(request, 6)
        raise LookupError

    nested.declare("outer", body, affects="cart", atomic=atomic)
    reply = nested.call("outer")
    assert reply.status == 404
    expected = None if atomic else "cart, user;user_id=5, user;user_id=6"
    assert reply.headers.get(INVALIDATE) == expected


def test_a_call_that_affects_nothing_fails_after_another_took_effect(nested: Any) -> None:
    def body(request: Any) -> None:
        nested.inner(request, 5)
        raise LookupError

    nested.declare("outer", body)
    reply = nested.call("outer")
    assert (reply.status, reply.headers[INVALIDATE]) == (404, "user;user_id=5")


def test_a_failure_of_an_inner_loose_function_is_its_own_to_the_outer(nested: Any) -> None:
    seen = []

    def body(request: Any) -> None:
        try:
            nested.loose(request, 5, fails=True)
        except LookupError as error:
            seen.append(error)
            raise

    nested.declare("outer", body, affects="cart")
    reply = nested.call("outer")
    assert len(seen) == 1
    assert (reply.status, reply.headers.get(INVALIDATE)) == (404, None)
    assert nested.host.log == ["rollback"]


def test_a_commit_that_fails_may_have_taken_effect(nested: Any) -> None:
    nested.host.commit_error = RuntimeError("lost")
    nested.declare("outer", lambda request: None, affects="cart")
    reply = nested.call("outer")
    assert (reply.status, reply.headers[INVALIDATE]) == (500, "cart")


def test_async_outer_and_inner(nested: Any) -> None:
    client = nested.client

    @client(affects="user")
    async def ainner(request: Any, user_id: int) -> int:
        await asyncio.sleep(0)
        return user_id

    @client(affects="user", atomic=False)
    async def aloose(request: Any, user_id: int) -> int:
        return user_id

    async def body(request: Any) -> None:
        assert await asyncio.gather(ainner(request, 5), aloose(request, 6)) == [5, 6]
        invalidate(nested.catalog, "user", {"user_id": 7})

    nested.declare("outer", body, affects="cart", atomic=False)
    reply = nested.call("outer")
    assert reply.headers[INVALIDATE] == "cart, user;user_id=5, user;user_id=6, user;user_id=7"
    assert nested.host.purged == []


def test_calls_do_not_see_each_others_targets(nested: Any) -> None:
    nested.declare("outer", lambda request: nested.inner(request, 5), affects="cart")
    first, second = nested.call("outer"), nested.call("inner", user_id=6)
    assert first.headers[INVALIDATE] == "cart, user;user_id=5"
    assert second.headers[INVALIDATE] == "user;user_id=6"


TREES = st.recursive(
    st.tuples(st.integers(0, 5), st.booleans(), st.booleans(), st.just(())),
    lambda inner: st.tuples(
        st.integers(0, 5), st.booleans(), st.booleans(), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=6,
)


def expected_of(tree: Any) -> tuple[set[int], bool]:
    """Return (what is stale after a call, whether it failed): inner failures are caught."""
    number, atomic, fails, inner = tree
    stale: set[int] = set()
    for each in inner:
        stale |= expected_of(each)[0]
    if fails and atomic:
        return set(), True
    return stale | {number}, fails


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES)
def test_what_is_stale_after_any_tree_of_calls(server: Any, tree: Any) -> None:
    made = type(server)()

    @made.client(context="user")
    def user(request: Any, user_id: int) -> None: ...

    def play(request: Any, user_id: int, fails: bool, inner: list[Any]) -> None:
        for number, atomic, breaks, more in inner:
            run = tight if atomic else loose
            ignore(run, request, user_id=number, fails=breaks, inner=list(more))
        if fails:
            raise LookupError

    tight = made.client(affects="user", name="tight")(play)
    loose = made.client(affects="user", name="loose", atomic=False)(play)
    number, atomic, fails, inner = tree
    name = "tight" if atomic else "loose"
    reply = made.call(name, user_id=number, fails=fails, inner=inner)
    stale, failed = expected_of(tree)
    assert reply.status == (404 if failed else 200)
    expected = ", ".join(f"user;user_id={each}" for each in sorted(stale)) or None
    assert reply.headers.get(INVALIDATE) == expected


# Reads


def test_a_read(shop: Any) -> None:
    reply = shop.read("user", "page=1&user_id=5")
    assert reply.status == 200
    assert reply.body == b'{"user_orders":[1,null],"user_profile":{"id":5,"name":"Ada"}}'
    assert reply.headers["Cache-Control"] == "public, no-cache"
    assert reply.headers["ETag"] == etag(reply.body)
    assert shop.host.log == ["watch"]


def test_another_spelling_of_the_query(shop: Any) -> None:
    reply = shop.read("user", "user_id=5")
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Location"] == "/m/ctx/user/?page=1&user_id=5"
    assert document(reply)["user_orders"] == [1, None]


def test_conditional_reads(shop: Any) -> None:
    first = shop.read("user", "page=1&user_id=5")
    again = shop.read("user", "page=1&user_id=5", if_none_match=f'"x", W/{first.headers["ETag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert "Content-Type" not in again.headers


def test_head(shop: Any) -> None:
    whole = shop.read("user", "page=1&user_id=5")
    head = shop.read("user", "page=1&user_id=5", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers == {**whole.headers, "Content-Length": str(len(whole.body))}
    assert shop.read("user", "", method="HEAD").status == 422
    etag_ = whole.headers["ETag"]
    again = shop.read("user", "page=1&user_id=5", method="HEAD", if_none_match=etag_)
    assert (again.status, "Content-Length" in again.headers) == (304, False)


def test_a_read_by_post(shop: Any) -> None:
    body = canonical_json({"user_id": 5, "tag": "x" * 5000}).encode()
    reply = shop.read("user", "", shop.Request(body), method="POST")
    assert document(reply)["user_orders"] == [1, "x" * 5000]
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Content-Location" not in reply.headers
    assert "ETag" not in reply.headers


@pytest.mark.parametrize(
    ("context", "query", "method", "body", "status", "code"),
    [
        ("nothing", "", "GET", b"", 404, "not_found"),
        ("user", "", "DELETE", b"", 405, "method_not_allowed"),
        ("user", "", "GET", b"", 422, "validation"),
        ("user", "user_id=x", "GET", b"", 422, "validation"),
        ("user", "user_id=5&user_id=5", "GET", b"", 422, "validation"),
        ("user", "user_id=5&other=5", "GET", b"", 422, "validation"),
        ("user", "user_id=%zz", "GET", b"", 400, "malformed"),
        ("user", "user_id=5&tag=" + "x" * 70_000, "GET", b"", 414, "uri_too_long"),
        ("user", "", "POST", b"[]", 400, "malformed"),
        ("user", "", "POST", b"{", 400, "malformed"),
        ("user", "", "POST", b'{"user_id":null}', 422, "validation"),
    ],
)
def test_reads_that_are_refused(
    shop: Any, context: str, query: str, method: str, body: bytes, status: int, code: str
) -> None:
    reply = shop.read(context, query, shop.Request(body), method=method)
    assert (reply.status, document(reply)["code"]) == (status, code)
    assert reply.headers["Cache-Control"] == "no-store"
    if status == 405:
        assert reply.headers["Allow"] == "GET, HEAD, POST"


def test_rules_of_a_parameter_beyond_its_type(either: Any) -> None:
    @either.client(context="page")
    def page(request: Any, number: Annotated[int, Field(gt=0)]) -> int:
        return number

    reply = either.read("page", "number=0")
    assert (reply.status, document(reply)["errors"][0]["pointer"]) == (422, "/number")


def test_one_failing_function_fails_the_bundle_and_is_named(either: Any) -> None:
    @either.client(context="user", errors=[Sold])
    async def bad(request: Any, how: str) -> None:
        raise {"sold": Sold("None.", left=0), "lost": LookupError()}.get(how, ValueError("x"))

    @either.client(context="user")
    def good(request: Any) -> None: ...

    for how, status in (("sold", 409), ("lost", 404), ("other", 500)):
        reply = either.read("user", f"how={how}")
        assert (reply.status, document(reply)["function"]) == (status, "bad")
        assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("watched", ["user", "fields"])
def test_a_public_function_that_looks_at_the_request(either: Any, watched: str) -> None:
    @either.client(context="open", user_scoped=False)
    def look(request: Any) -> Any:
        return bool(getattr(request, watched))

    reply = either.read("open")
    caching = reply.headers["Cache-Control"]
    assert caching == ("private, no-store" if watched == "user" else "public, no-cache")
    either.host.edge = True
    caching = either.read("open").headers["Cache-Control"]
    assert caching == ("private, no-store" if watched == "user" else "public, no-cache")


def test_a_lazy_result_is_read_where_it_is_watched(either: Any) -> None:
    class Lazy:
        def __init__(self, request: Any) -> None:
            self.request = request

        @property
        def id(self) -> int:
            return len(self.request.user or "")

    @either.client(context="open", user_scoped=False)
    async def look(request: Any) -> Shape:
        return Lazy(request)  # type: ignore[return-value]

    reply = either.read("open")
    assert document(reply) == {"look": {"id": 0, "name": ""}}
    assert reply.headers["Cache-Control"] == "private, no-store"


@pytest.fixture
def bound(either: Any) -> Any:
    """Two contexts that bind one name differently."""

    @either.client(context=CartContext)
    def cart(request: Any, owner: str, page: int = 1) -> list[Any]:
        return [owner, page]

    @either.client(context=ShopContext)
    def shop(request: Any, owner: int | None = None) -> int:
        return owner or 0

    @either.client(affects=[CartContext, ShopContext])
    def buy(request: Any) -> None: ...

    return either


def test_bound_parameters(bound: Any) -> None:
    ada = bound.Request(user="ada", rights=("a", "b"))
    reply = bound.read("cart", "page=1", ada)
    assert document(reply) == {"cart": ["ada", 1]}
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert document(bound.read("shop", "", ada)) == {"shop": 2}
    assert bound.call("buy", ada).headers[INVALIDATE] == "cart;owner=ada, shop;owner=2"


def test_bound_parameters_that_the_request_lacks(bound: Any) -> None:
    nobody = bound.Request()
    assert document(bound.read("shop", "", nobody)) == {"shop": 0}
    assert bound.read("cart", "page=1", nobody).status == 422
    assert bound.call("buy", nobody).headers[INVALIDATE] == "cart, shop"


def test_a_bound_parameter_is_none_of_the_query(bound: Any) -> None:
    reply = bound.read("cart", "owner=bob&page=1", bound.Request(user="ada"))
    assert reply.status == 422


def test_a_bound_value_of_another_type_is_the_servers_fault(either: Any) -> None:
    class OddContext(Context):
        owner: int = FromRequest(lambda request: "x")

    @either.client(context=OddContext)
    def odd(request: Any) -> None: ...

    @either.client(affects=OddContext)
    def touch(request: Any) -> None: ...

    assert either.read("odd").status == 500
    assert either.call("touch").headers[INVALIDATE] == "odd"  # broader, never wrong


def test_who_may_read(either: Any) -> None:
    @either.client(context="mine", permission="shop.see")
    def mine(request: Any) -> Any:
        return request.user

    Request = either.Request  # noqa: N806 (a class)
    assert either.read("mine").status == 401
    assert either.read("mine", "", Request(user="ada")).status == 403
    allowed = Request(user="ada", rights=("shop.see",))
    reply = either.read("mine", "", allowed)
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "private, no-cache")
    refused = either.read("mine", "", Request(user="ada"), if_none_match=reply.headers["ETag"])
    assert refused.status == 403  # before any 304


def test_anonymous_reads_of_a_user_scoped_context_are_not_stored(either: Any) -> None:
    @either.client(context="cart", user_scoped=True)
    def cart(request: Any) -> Any:
        return request.user

    assert either.read("cart").headers["Cache-Control"] == "private, no-store"
    token = either.read("cart", "", either.Request(token="ada"))
    assert token.headers["Cache-Control"] == "private, no-cache"


def test_functions_of_one_bundle_run_concurrently_under_asgi(server: Any) -> None:
    running: list[int] = []

    both_run = asyncio.Event()

    async def wait(request: Any) -> int:
        running.append(1)
        if len(running) == 2:
            both_run.set()
        await both_run.wait()
        return threading.get_ident()

    server.client(context="both", name="a")(wait)
    server.client(context="both", name="b")(wait)
    catalog, incoming = server.catalog, Incoming("GET", server.Request())

    async def go() -> Any:
        return await asyncio.wait_for(
            adrive(respond(catalog, incoming, read(catalog, incoming, "both"))), 20
        )

    found = document(asyncio.run(go()))
    assert found == {"a": threading.get_ident(), "b": threading.get_ident()}


# Views


@pytest.fixture
def pages(either: Any) -> Any:
    """View functions."""
    client, Response = either.client, either.Response  # noqa: N806 (a class)

    @client(context="user")
    def user(request: Any, user_id: int) -> None: ...

    @client(context="user", route="/users/<int:user_id>/")
    def user_page(request: Any, user_id: int, tab: str = "a") -> Response:  # type: ignore[valid-type]
        return Response(f"{user_id} {tab}")

    @client(affects="user", route="/users/<int:user_id>/rename/", methods=["POST", "PUT"])
    async def user_rename(
        request: Any, user_id: int, name: str, tags: list[str] | None = None
    ) -> Response:  # type: ignore[valid-type]
        if name == "bad":
            return name
        if name == "lost":
            raise LookupError
        return Response(f"{user_id} {name} {tags}")

    @client(affects="user", private=True, route="/hooks/", atomic=False)
    def hook(request: Any) -> Response:  # type: ignore[valid-type]
        assert request.fields is fields
        return Response("ok")

    fields = {"forged": ["x"]}
    either.fields = fields
    return either


def test_a_reading_view(pages: Any) -> None:
    request = pages.Request(fields={"tab": ["b", "c"], "other": ["x"], "user_id": ["7"]})
    for method in ("GET", "HEAD"):
        reply = pages.view("user_page", request, method=method, user_id=5)
        assert (reply.native.text, reply.headers) == ("5 c", {})


def test_a_mutating_view(pages: Any) -> None:
    request = pages.Request(fields={"name": ["Bo"], "tags": ["x", "y"]})
    for method in ("POST", "PUT"):
        reply = pages.view("user_rename", request, method=method, user_id=5)
        assert reply.native.text == "5 Bo ['x', 'y']"
        assert reply.headers == {"Cache-Control": "no-store", INVALIDATE: "user;user_id=5"}
    assert pages.host.log == ["commit", "commit"]


@pytest.mark.parametrize(
    ("request_", "method", "status", "code"),
    [
        ({"fields": {"name": ["Bo"]}}, "GET", 405, "method_not_allowed"),
        ({"fields": {"name": ["Bo"]}, "is_forged": True}, "POST", 403, "csrf"),
        ({"fields": {}}, "POST", 422, "validation"),
        ({"fields": {"name": ["bad"]}}, "POST", 500, "internal"),
        ({"fields": {"name": ["lost"]}}, "POST", 404, "not_found"),
    ],
)
def test_views_that_refuse(pages: Any, request_: Any, method: str, status: int, code: str) -> None:
    reply = pages.view("user_rename", pages.Request(**request_), method=method, user_id=5)
    assert (reply.status, document(reply)["code"]) == (status, code)
    assert INVALIDATE not in reply.headers


def test_a_private_view_is_exempt_and_its_body_is_left_alone(pages: Any) -> None:
    request = pages.Request(is_forged=True, fields=pages.fields)
    reply = pages.view("hook", request)
    assert reply.native.text == "ok"
    assert reply.headers[INVALIDATE] == "user"
    assert pages.view("hook", request, method="GET").headers["Allow"] == "POST"


def test_steps_that_are_stopped_pass_through(server: Any) -> None:
    @server.client(affects="user")
    def stop(request: Any) -> None:
        raise KeyboardInterrupt

    @server.client(context="user")
    def user(request: Any) -> None: ...

    with pytest.raises(KeyboardInterrupt):
        server.call("stop")
    assert server.host.log == ["rollback"]
    assert server.call("stop", server.Request(b"{")).status == 400  # nothing is left running


def test_targets_of_a_mutation(shop: Any) -> None:
    catalog = shop.catalog
    targets = catalog.targets(catalog.functions["rename"], {"user_id": 5, "name": "x"}, {})
    assert targets == (Target("user", (("user_id", 5),)),)
