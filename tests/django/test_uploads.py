"""Uploads: a multipart call with a part `call` and the files by name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.test import override_settings
from project.http import BASE, Web

from mizan.django import client
from mizan.server.registry import registry

CALL = f"{BASE}call/"


@pytest.fixture(autouse=True)
def _declared() -> None:
    @client
    def store(request: HttpRequest, title: str, cover: UploadedFile) -> str:
        return f"{title}: {cover.name} {cover.read().decode()}"

    @client
    async def store_all(
        request: HttpRequest, pages: list[UploadedFile], note: UploadedFile | None = None
    ) -> list[str]:
        return [page.read().decode() for page in pages] + [note.name or "" if note else "none"]


def file(content: str, name: str = "x.txt") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode(), content_type="text/plain")


def call(function: str, **args: Any) -> str:
    return json.dumps({"function": function, "args": args})


def test_a_file_is_an_argument(web: Web) -> None:
    response = web.post(CALL, {"call": call("store", title="Emma"), "cover": file("pixels")})
    assert response.json() == {"result": "Emma: x.txt pixels"}


def test_several_files_are_a_list(web: Web) -> None:
    response = web.post(CALL, {"call": call("store_all"), "pages": [file("one"), file("two")]})
    assert response.json() == {"result": ["one", "two", "none"]}
    more = {"call": call("store_all"), "pages": file("one"), "note": file("n", "n.txt")}
    assert web.post(CALL, more).json() == {"result": ["one", "n.txt"]}


def test_the_call_may_be_a_file_too(web: Web) -> None:
    part = SimpleUploadedFile("blob", call("store", title="Emma").encode(), "application/json")
    assert web.post(CALL, {"call": part, "cover": file("x")}).status_code == 200


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"call": call("store", title="Emma")}, "/cover", "missing"),
        ({"call": call("store", title="Emma", cover="text")}, "/cover", "is_instance_of"),
        ({"call": call("store"), "title": "Emma", "cover": file("x")}, "/title", "missing"),
        (
            {"call": call("store"), "title": file("Emma"), "cover": file("x")},
            "/title",
            "string_type",
        ),
        (
            {"call": call("store", title="Emma"), "cover": file("x"), "other": file("y")},
            "/other",
            "extra_forbidden",
        ),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    web: Web, parts: dict[str, Any], pointer: str, code: str
) -> None:
    response = web.post(CALL, parts)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


@pytest.mark.parametrize(
    ("parts", "say"),
    [
        ({"cover": file("x")}, 'needs a part "call"'),
        ({"call": "{", "cover": file("x")}, "JSON"),
        ({"call": '{"function":"store","function":"store"}'}, "twice"),
        ({"call": "[]"}, "Expected"),
    ],
)
def test_a_call_that_cannot_be_read_is_400(web: Web, parts: dict[str, Any], say: str) -> None:
    response = web.post(CALL, parts)
    assert (response.status_code, response.json()["code"]) == (400, "malformed")
    assert say in response.json()["detail"]


def test_a_form_that_cannot_be_read_is_400(web: Web) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        response = web.request("POST", CALL, b"--x\r\nnothing", content_type=kind)
        assert (response.status_code, response.json()["code"]) == (400, "malformed")


def test_a_large_call_is_413_and_a_large_file_is_not(web: Web) -> None:
    large = "x" * 2000
    with override_settings(MIZAN_BODY_LIMIT=1024):
        for part in (call("store", title=large), file(call("store", title=large))):
            response = web.post(CALL, {"call": part, "cover": file("x")})
            assert (response.status_code, response.json()["code"]) == (413, "too_large")
        response = web.post(CALL, {"call": call("store", title="x"), "cover": file(large)})
        assert response.status_code == 200


def test_djangos_own_limits_hold(web: Web) -> None:
    part = {"call": call("store", title="x" * 2000), "cover": file("x")}
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        assert web.post(CALL, part).json()["code"] == "too_large"
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FILES=1):
        many = {"call": call("store_all"), "pages": [file("x"), file("y")]}
        assert web.post(CALL, many).json()["code"] == "malformed"


def test_the_client_schema_says_what_is_a_file() -> None:
    functions, inputs = (registry.catalog.schema[name] for name in ("functions", "$defs"))
    binary = {"type": "string", "format": "binary"}
    assert functions["store"]["upload"] is True
    assert inputs["StoreInput"]["properties"]["cover"].items() >= binary.items()
    pages = inputs["StoreAllInput"]["properties"]["pages"]
    assert (pages["type"], pages["items"]) == ("array", binary)
    assert "upload" not in functions["add"]
