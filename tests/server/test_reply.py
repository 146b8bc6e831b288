"""mizan/server/reply.py: replies from what the steps found."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from mizan.protocol import policy
from mizan.protocol.guards import Guard, tag
from mizan.protocol.targets import EVERYTHING, Target
from mizan.schemas import problems
from mizan.server import Context, FromRequest
from mizan.server.app_errors import AppError
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.effects import FunctionFailed
from mizan.server.host import Identity, Incoming
from mizan.server.incoming import Asked
from mizan.server.invalidation import FailedAfterEffects
from mizan.server.problems import Problem
from mizan.server.reply import (
    Bundle,
    Read,
    call_reply,
    context_reply,
    problem_of,
    problem_reply,
    view_reply,
)

FIVE = Target("user", (("user_id", 5),))


class OutOfStock(AppError):  # noqa: N818 (an application's word)
    left: int


@pytest.fixture
def catalog(server: Any) -> Any:
    """A context and a function with an error of its own."""

    @server.client(context="user", user_scoped=False, cache=60)
    def user_profile(request: Any, user_id: int) -> int: ...  # type: ignore[empty-body]

    @server.client(errors=[OutOfStock])
    def buy(request: Any) -> None: ...

    return server.catalog


def test_calls(catalog: Any) -> None:
    reply = call_reply(catalog, '{"id":5}', [Target("cart"), FIVE])
    assert reply.status == 200
    assert reply.headers == {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "X-Mizan-Schema": catalog.digest,
        "X-Mizan-Invalidate": "cart, user;user_id=5",
    }
    document = json.loads(reply.body)
    assert problems("result", document) == []
    assert document["invalidate"] == ["cart", {"context": "user", "params": {"user_id": 5}}]
    quiet = call_reply(catalog, "null", ())
    assert quiet.body == b'{"result":null}'
    assert "X-Mizan-Invalidate" not in quiet.headers


def found(catalog: Any, **changes: Any) -> Read:
    values = {
        "context": catalog.contexts["user"],
        "identity": Identity(),
    }
    facts = {name: changes.pop(name) for name in BUNDLE if name in changes}
    canonical = changes.pop("canonical", True)
    asked = Asked({"user_id": 5}, (("user_id", "5"),), canonical, "/m/ctx/user/?user_id=5")
    return Read(**{**values, **changes}, asked=asked, bundle=Bundle(BODY, ETAG, **facts))


BODY = b'{"a":1,"b.c":{"x":[]}}'
ETAG = policy.etag(BODY)
BUNDLE = ("varied", "leaked", "overlapped", "status")


def test_reads(catalog: Any) -> None:
    reply = context_reply(catalog, Incoming("GET", None), found(catalog))
    assert (reply.status, reply.body) == (200, BODY)
    assert reply.headers == {
        "Content-Type": "application/json",
        "X-Mizan-Schema": catalog.digest,
        "Cache-Control": "public, no-cache",
        "ETag": ETAG,
    }


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ("", 200),
        (ETAG, 304),
        (f"W/{ETAG}", 304),
        (f'"other", W/"x" ,{ETAG}', 304),
        ("*", 304),
        (" * ", 304),
        ('"other"', 200),
        (ETAG.strip('"'), 200),
        (f'"{ETAG}"', 200),
        ('W/"', 200),
        (f'"a,{ETAG[1:]}', 200),
        ('"*"', 200),
    ],
)
def test_conditions(catalog: Any, field: str, status: int) -> None:
    reply = context_reply(catalog, Incoming("GET", None, if_none_match=field), found(catalog))
    assert reply.status == status
    if status == 304:
        assert reply.body == b""
        assert reply.headers == {
            "X-Mizan-Schema": catalog.digest,
            "Cache-Control": "public, no-cache",
            "ETag": ETAG,
        }


@given(
    st.lists(st.from_regex(r'(W/)?"[a-z0-9, ]{0,4}"', fullmatch=True), max_size=4), st.booleans()
)
def test_a_list_of_etags(others: list[str], is_there: bool) -> None:
    context = SimpleNamespace(name="user", cache=True, user_scoped=False, scope_params=())
    contexts = {"user": context}
    catalog = SimpleNamespace(
        digest="d", host=SimpleNamespace(edge=False, networks=()), contexts=contexts
    )
    listed = [*others, f"W/{ETAG}"] if is_there else others
    incoming = Incoming("GET", None, if_none_match=", ".join(listed))
    reply = context_reply(catalog, incoming, found(catalog))  # type: ignore[arg-type]
    assert reply.status == (304 if is_there else 200)


def test_a_condition_on_what_may_not_be_stored_is_not_met(catalog: Any) -> None:
    for changes in ({"canonical": False}, {"leaked": True}, {"overlapped": True}):
        incoming = Incoming("GET", None, if_none_match="*")
        reply = context_reply(catalog, incoming, found(catalog, **changes))
        assert reply.status == 200
        assert "no-store" in reply.headers["Cache-Control"]
    reply = context_reply(catalog, Incoming("POST", None, if_none_match="*"), found(catalog))
    assert (reply.status, reply.headers["Cache-Control"]) == (200, "no-store")


def test_a_304_keeps_what_a_cache_needs(catalog: Any, server: Any) -> None:
    scoped = SimpleNamespace(name="user", cache=60, user_scoped=True, scope_params=("user_id",))
    server.host.edge = True
    incoming = Incoming("GET", None, if_none_match=ETAG)
    reply = context_reply(catalog, incoming, found(catalog, context=scoped, identity=Identity("5")))
    assert reply.status == 304
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert reply.headers["ETag"] == ETAG
    assert reply.headers["Vary"] == "Authorization, Cookie, X-Mizan-Token"
    assert reply.headers["Mizan-Cache-Control"] == "max-age=60"
    assert '"user"' in reply.headers["Cache-Groups"]


def test_an_edge_keeps_nothing_that_varies(catalog: Any, server: Any) -> None:
    server.host.edge = True
    plain = context_reply(catalog, Incoming("GET", None), found(catalog))
    assert plain.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    varied = context_reply(catalog, Incoming("GET", None), found(catalog, varied=True))
    assert varied.headers["Cache-Control"] == "public, no-cache"


def test_not_canonical(catalog: Any) -> None:
    reply = context_reply(catalog, Incoming("GET", None), found(catalog, canonical=False))
    assert reply.headers["Content-Location"] == "/m/ctx/user/?user_id=5"
    assert reply.headers["Cache-Control"] == "no-store"


def test_views(catalog: Any) -> None:
    reads: Any = SimpleNamespace(context="user")
    writes: Any = SimpleNamespace(context=None)
    native, given = object(), {"user_id": 5}
    assert view_reply(catalog, reads, native, (), given).headers == {}
    reply = view_reply(catalog, writes, native, (EVERYTHING,), given)
    assert reply.headers == {"Cache-Control": "no-store", "X-Mizan-Invalidate": "*"}
    assert reply.native is native
    # What reads may say, while it runs, that something became stale.
    assert view_reply(catalog, reads, native, (FIVE,), given).headers == {
        "Cache-Control": "no-store",
        "X-Mizan-Invalidate": "user;user_id=5",
    }
    assert view_reply(catalog, writes, native, (), given).headers == {"Cache-Control": "no-store"}


def test_an_edge_learns_of_tags(catalog: Any, server: Any) -> None:
    server.host.edge, server.host.networks = True, ("fastly", "akamai")
    own = tag(Guard("user", (("user_id", "5"),)))
    read = context_reply(catalog, Incoming("GET", None), found(catalog))
    reads: Any = SimpleNamespace(context="user")
    view = view_reply(catalog, reads, object(), (), {"user_id": 5, "other": 1})
    for reply in (read, view):
        assert reply.headers["Cache-Groups"] == f'"user", "{own}"'
        assert reply.headers["Surrogate-Key"] == f"user {own}"
        assert reply.headers["Edge-Cache-Tag"] == f"user,{own}"
    assert "Cache-Control" not in view.headers
    varied = context_reply(catalog, Incoming("GET", None), found(catalog, varied=True))
    assert not {"Cache-Groups", "Surrogate-Key"} & varied.headers.keys()


def test_an_edge_learns_of_what_became_stale(catalog: Any, server: Any) -> None:
    server.host.edge, server.host.networks = True, ("fastly",)
    own = tag(Guard("user", (("user_id", "5"),)))
    reads: Any = SimpleNamespace(context="user")
    failed = FailedAfterEffects(ValueError(), (FIVE,))
    for reply in (
        call_reply(catalog, "null", (FIVE,)),
        view_reply(catalog, reads, object(), (FIVE,), {"user_id": 5}),
        problem_reply(catalog, Incoming("POST", None), failed),
    ):
        assert reply.headers["X-Mizan-Invalidate"] == "user;user_id=5"
        assert reply.headers["Cache-Group-Invalidation"] == f'"{own}"'
        assert reply.headers["Cache-Control"] == "no-store"
        assert not {"Cache-Groups", "Surrogate-Key"} & reply.headers.keys()
    everything = call_reply(catalog, "null", (EVERYTHING,))
    assert everything.headers["Cache-Group-Invalidation"] == '"user"'
    quiet = call_reply(catalog, "null", ())
    assert "Cache-Group-Invalidation" not in quiet.headers


def test_an_edge_is_told_all_that_a_header_names_no_more(catalog: Any, server: Any) -> None:
    server.host.edge = True
    many = [Target("user", (("user_id", number),)) for number in range(200)]
    reply = call_reply(catalog, "null", many)
    assert reply.headers["X-Mizan-Invalidate"] == "user"
    assert reply.headers["Cache-Group-Invalidation"] == '"user"'
    few = call_reply(catalog, "null", many[:32])
    assert len(few.headers["Cache-Group-Invalidation"].split(", ")) == 32


def test_a_view_of_what_the_request_gives_has_no_tags(server: Any) -> None:
    class MineContext(Context):
        owner: str = FromRequest(lambda request: request.user)

    @server.client(context=MineContext)
    def mine(request: Any) -> str: ...  # type: ignore[empty-body]

    server.host.edge = True
    reads: Any = SimpleNamespace(context="mine")
    assert view_reply(server.catalog, reads, object(), (), {}).headers == {}


class Form(BaseModel):
    name: str


def invalid() -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(dict[str, Form]).validate_python({"a": {}})
    return caught.value


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Problem("forbidden", "No."), 403, "forbidden"),
        (ArgumentsInvalid([{"pointer": "/a", "code": "x", "detail": "No."}]), 422, "validation"),
        (invalid(), 422, "validation"),
        (OutOfStock("Two left.", left=2), 409, "app.out_of_stock"),
        (KeyError("x"), 404, "not_found"),
        (ValueError("secret"), 500, "internal"),
        (OutOfStock("Two left.", left="secret"), 500, "internal"),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_problems(
    catalog: Any, server: Any, error: Exception, status: int, code: str, debug: bool
) -> None:
    server.host.debug = debug
    reply = problem_reply(catalog, Incoming("POST", None, function="buy"), error)
    document = json.loads(reply.body)
    assert problems("error", document) == []
    assert (reply.status, document["code"]) == (status, code)
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert len(server.host.reported) == (status == 500)
    assert b"secret" not in reply.body or debug
    if status == 500:
        assert ("detail" in document) == debug


def test_the_document_of_an_applications_error(catalog: Any) -> None:
    incoming = Incoming("POST", None, function="buy")
    problem = problem_of(catalog, incoming, OutOfStock("Two left.", left=2))
    assert (problem.detail, problem.data) == ("Two left.", {"left": 2})


def test_an_error_that_is_not_declared_is_unexpected(catalog: Any, server: Any) -> None:
    for function in ("user_profile", "nothing", None):
        error = OutOfStock("Two left.", left=2)
        reply = problem_reply(catalog, Incoming("POST", None, function=function), error)
        assert reply.status == 500
        assert server.host.reported.pop() is error


def test_pydantics_own_errors_have_pointers(catalog: Any) -> None:
    problem = problem_of(catalog, Incoming("POST", None), invalid())
    assert [each["pointer"] for each in problem.errors] == ["/a/name"]


def test_a_bundle_names_the_function_that_failed(catalog: Any, server: Any) -> None:
    incoming = Incoming("GET", None)
    for error, status in ((ValueError("x"), 500), (KeyError("x"), 404), (OutOfStock(left=1), 409)):
        problem = problem_of(catalog, incoming, FunctionFailed("buy", error))
        assert problem.function == "buy"
        assert problem.status == status
        assert problems("error", problem.document()) == []
    assert [str(each) for each in server.host.reported] == ["x"]
    raised = Problem("forbidden", "No.")
    assert problem_of(catalog, incoming, FunctionFailed("buy", raised)).function == "buy"
    assert raised.function is None


def test_a_failure_after_effects_says_what_is_stale(catalog: Any) -> None:
    failed = FailedAfterEffects(KeyError("x"), (FIVE,))
    reply = problem_reply(catalog, Incoming("POST", None), failed)
    assert reply.status == 404
    assert reply.headers["X-Mizan-Invalidate"] == "user;user_id=5"


def test_headers_of_a_problem(catalog: Any) -> None:
    problem = Problem("method_not_allowed", "No.", headers={"Allow": "POST"})
    reply = problem_reply(catalog, Incoming("GET", None), problem)
    assert reply.headers["Allow"] == "POST"
    assert reply.headers["X-Mizan-Schema"] == catalog.digest
