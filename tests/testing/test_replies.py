"""A right reply has no complaints; each wrong one has just the complaint that names its fault."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from mizan.protocol import policy
from mizan.protocol.targets import Target
from mizan.testing.replies import Received, complaints

USER = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    "required": ["id", "name"],
}
SCHEMA: dict[str, Any] = {
    "functions": {
        "update_name": {
            "output": {"$ref": "#/$defs/User"},
            "errors": {
                "app.taken": {
                    "status": 409,
                    "schema": {"type": "object", "required": ["by"]},
                },
                "app.gone": {"status": 410},
            },
        },
        "user_profile": {"output": {"$ref": "#/$defs/User"}},
        "user_orders": {"output": {"type": "array", "items": {"type": "integer"}}},
    },
    "contexts": {"user": {"functions": ["user_orders", "user_profile"], "parameters": []}},
    "$defs": {"User": USER},
}
DIGEST = "0" * 64

CALL = {
    "invalidate": [{"context": "user", "params": {"user_id": 5}}],
    "result": {"id": 5, "name": "A"},
}
BUNDLE = {"user_orders": [1], "user_profile": {"id": 5, "name": "A"}}
PROBLEM = {
    "code": "not_found",
    "status": 404,
    "title": "Not Found",
    "type": "https://w3id.org/mizan/v1/errors/not_found",
}


def text(document: object) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def call(document: object = CALL, *, body: bytes | None = None, **headers: str | None) -> Received:
    given = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-mizan-schema": DIGEST,
        "x-mizan-invalidate": "user;user_id=5",
    }
    return received(
        200, text(document) if body is None else body, given, headers, "call", "update_name"
    )


def read(document: object = BUNDLE, *, status: int = 200, **headers: str | None) -> Received:
    body = text(document)
    given = {
        "content-type": "application/json",
        "cache-control": "public, no-cache",
        "etag": policy.etag(body),
        "x-mizan-schema": DIGEST,
    }
    return received(status, b"" if status == 304 else body, given, headers, "context", "user")


def problem(
    document: object = PROBLEM, *, status: int = 404, kind: Any = "call", **headers: str | None
) -> Received:
    given = {"content-type": "application/problem+json", "cache-control": "no-store"}
    return received(status, text(document), given, headers, kind, "update_name")


def view(**headers: str | None) -> Received:
    given = {"content-type": "text/html", "x-mizan-invalidate": "user", "cache-control": "no-store"}
    return received(200, b"<p>", given, headers, "other", None)


def received(
    status: int,
    body: bytes | None,
    given: Mapping[str, str],
    changes: Mapping[str, str | None],
    kind: Any,
    name: str | None,
) -> Received:
    changed = {**given, **{key.replace("_", "-"): value for key, value in changes.items()}}
    headers = {key: value for key, value in changed.items() if value is not None}
    return Received(status, headers, body, kind, name)


def app(code: str, status: int, **members: object) -> dict[str, object]:
    return {**PROBLEM, "code": code, "status": status, "title": "Conflict", **members}


RIGHT = {
    "a call": call(),
    "a call without targets": call({"result": {"id": 1, "name": ""}}, x_mizan_invalidate=None),
    "a call that makes everything stale": call(
        {**CALL, "invalidate": ["*"]}, x_mizan_invalidate="*"
    ),
    "a media type with a parameter": call(content_type="application/json; charset=utf-8"),
    "a read": read(),
    "a read that an edge keeps": read(
        cache_control="public, max-age=0, s-maxage=60", cache_groups='"user"'
    ),
    "a private read": read(cache_control="private, no-cache", vary="Authorization, Cookie"),
    "a read that nobody keeps": read(cache_control="no-store", etag=None),
    "a read with a cookie": read(cache_control="private, no-store", etag=None, set_cookie="a=b"),
    "a read not modified": read(status=304, content_type=None),
    "a read not modified that others made personal": read(
        status=304, content_type=None, etag=None, cache_control="private, no-store"
    ),
    "a public read that varies by encoding": read(vary="Accept-Encoding"),
    "the head of a read": received(
        200, None, {k: v for k, v in read().headers.items() if k != "etag"}, {}, "context", "user"
    ),
    "a context that nobody knows here": Received(200, read().headers, read().body, "context", None),
    "a problem": problem(),
    "a problem of a page": problem(kind="other"),
    "a 401": problem({**PROBLEM, "status": 401}, status=401, www_authenticate="Bearer"),
    "a declared error": problem(app("app.taken", 409, data={"by": 3}), status=409),
    "a declared error without fields": problem(app("app.gone", 410), status=410),
    "a failure after effects": problem(x_mizan_invalidate="user"),
    "a view that makes something stale": view(),
    "a page": received(200, b"<p>", {"content-type": "text/html"}, {}, "other", None),
    "a missing page": received(404, b"<p>", {"content-type": "text/html"}, {}, "other", None),
    "a redirect": received(302, b"", {"location": "/"}, {}, "call", None),
}

WRONG = {
    "no JSON": (call(body=b"<html>", x_mizan_invalidate=None), "no JSON text"),
    "an empty body": (call(body=b"", x_mizan_invalidate=None), "no JSON text"),
    "white space": (call(body=b" " + text(CALL)), "not canonical JSON"),
    "keys out of order": (
        call(body=b'{"result":{"id":5,"name":"A"},"invalidate":[{"context":"user","params":{"user_id":5}}]}'),
        "not canonical JSON",
    ),
    "an unknown member": (call({**CALL, "more": 1}), "result.schema.json"),
    "a list of no targets": (
        call({**CALL, "invalidate": []}, x_mizan_invalidate=None), "result.schema.json",
    ),
    "a target that is none": (
        call({**CALL, "invalidate": [5]}, x_mizan_invalidate=None), "result.schema.json",
    ),
    "targets that are no list": (
        call({**CALL, "invalidate": 5}, x_mizan_invalidate=None), "result.schema.json",
    ),
    "a result that is no object": (call(5, x_mizan_invalidate=None), "result.schema.json"),
    "a problem that is no object": (problem(5), "error.schema.json"),
    "another type of result": (call({**CALL, "result": {"id": "5", "name": "A"}}), "'/id'"),
    "another content type": (call(content_type="text/html"), "content-type: application/json"),
    "a call that may be stored": (call(cache_control="public"), "cache-control: no-store"),
    "no digest": (call(x_mizan_schema=None), "x-mizan-schema"),
    "no header": (call(x_mizan_invalidate=None), "Header and body name different targets"),
    "a header with more": (
        call(x_mizan_invalidate="notifications, user;user_id=5"), "Header and body name different",
    ),
    "a header with another value": (
        call(x_mizan_invalidate="user;user_id=6"), "Header and body name different",
    ),
    "a header without the body": (
        call({"result": {"id": 5, "name": "A"}}), "Header and body name different",
    ),
    "targets that others cover": (
        call({**CALL, "invalidate": ["user", *CALL["invalidate"]]}, x_mizan_invalidate="user"),
        "not a canonical set",
    ),
    "a call that is created": (Received(201, call().headers, call().body, "call"), "status 201"),
    "a field that cannot be read": (view(x_mizan_invalidate="user;;"), "cannot be read"),
    "a field in another spelling": (view(x_mizan_invalidate="user , a"), "as writers write it"),
    "an empty field": (view(x_mizan_invalidate=""), "is empty"),
    "a view that may be stored": (view(cache_control="public"), "must be no-store"),
    "a read with targets": (read(x_mizan_invalidate="user"), "A read makes nothing stale"),
    "a missing function": (read({"user_orders": []}), "The bundle has user_orders; expected"),
    "a function of another type": (
        read({**BUNDLE, "user_orders": ["x"]}), "user: user_orders is not as the client schema",
    ),
    "a bundle of nothing": (
        Received(200, read({}).headers, b"{}", "context"), "context-bundle.schema.json",
    ),
    "caching of no row": (read(cache_control="max-age=5"), "in no row"),
    "no caching": (read(cache_control=None), "in no row"),
    "an ETag of another body": (read(etag='"1"'), "Expected etag"),
    "an ETag that is kept nowhere": (read(cache_control="no-store"), "etag makes no sense"),
    "groups that are kept nowhere": (
        read(cache_control="no-store", etag=None, cache_groups='"a"'), "cache-groups makes",
    ),
    "network's tags that are kept nowhere": (view(surrogate_key="a"), "surrogate-key makes no"),
    "groups that cannot be read": (read(cache_groups="user"), "Cache-Groups cannot be read"),
    "groups in another spelling": (read(cache_groups='"a","b"'), "as writers write it"),
    "no groups": (read(cache_groups=""), "Cache-Groups cannot be read"),
    "a purge that cannot be read": (
        view(cache_group_invalidation="user"), "Cache-Group-Invalidation cannot be read",
    ),
    "a purge in no order": (view(cache_group_invalidation='"b", "a"'), "as writers write it"),
    "a purge of nothing": (
        view(x_mizan_invalidate=None, cache_group_invalidation='"a"'), "nothing became stale",
    ),
    "a cookie that is stored": (read(set_cookie="a=b"), "sets a cookie"),
    "public by cookie": (read(vary="Accept, Cookie"), "cannot vary"),
    "304 without ETag": (read(status=304, etag=None), "repeats the ETag"),
    "304 with a body": (Received(304, read().headers, b"{}", "context"), "has no body"),
    "an empty read": (Received(204, read().headers, b"", "context"), "status 204"),
    "a page for an error": (
        received(404, text(PROBLEM), {"content-type": "text/html", "cache-control": "no-store"}, {},
                 "call", None),
        "application/problem+json",
    ),
    "an error that may be stored": (problem(cache_control=None), "cache-control: no-store"),
    "another status": (problem({**PROBLEM, "status": 400}), "status 400, the reply 404"),
    "a problem without code": (
        problem({k: v for k, v in PROBLEM.items() if k != "code"}), "error.schema.json",
    ),
    "401 without challenge": (problem({**PROBLEM, "status": 401}, status=401), "www-authenticate"),
    "405 without methods": (problem({**PROBLEM, "status": 405}, status=405), "header allow"),
    "503 without a time": (problem({**PROBLEM, "status": 503}, status=503), "retry-after"),
    "an undeclared error": (problem(app("app.new", 409), status=409), "does not declare"),
    "a declared error's other status": (
        problem(app("app.gone", 404), status=404), "declared with status 410",
    ),
    "a declared error's other fields": (
        problem(app("app.taken", 409, data={"at": 3}), status=409), "app.taken: data",
    ),
    "a problem's wrong field": (problem(x_mizan_invalidate="?"), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("reply", RIGHT.values(), ids=RIGHT)
def test_a_right_reply_has_no_complaints(reply: Received) -> None:
    assert complaints(reply, SCHEMA, DIGEST) == []


@pytest.mark.parametrize(("reply", "fault"), WRONG.values(), ids=WRONG)
def test_a_wrong_reply_is_complained_of_once(reply: Received, fault: str) -> None:
    (complaint,) = complaints(reply, SCHEMA, DIGEST)
    assert fault in complaint


def test_a_long_list_of_targets_may_be_coarser_in_the_header() -> None:
    targets = [{"context": "user", "params": {"user_id": f"u{number:03}"}} for number in range(300)]
    reply = call({**CALL, "invalidate": targets}, x_mizan_invalidate="user")
    assert complaints(reply, SCHEMA, DIGEST) == []
    assert len(reply.targets) == 300


def test_targets_are_those_of_the_body_else_of_the_header() -> None:
    assert call().targets == (Target("user", (("user_id", 5),)),)
    assert view(x_mizan_invalidate="user;user_id=5").targets == (
        Target("user", (("user_id", "5"),)),
    )
    assert read().targets == ()
