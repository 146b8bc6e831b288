"""mizan/server/incoming.py: what a request says."""

from types import SimpleNamespace
from typing import Any

import pytest

from mizan.server.host import Incoming
from mizan.server.incoming import Asked, check_method, read_body, read_call, read_params
from mizan.server.problems import Problem


def post(host: Any, body: bytes, content_type: str = "application/json") -> Incoming:
    return Incoming("POST", SimpleNamespace(body=body, files={}), content_type=content_type)


def test_head_is_answered_where_get_is() -> None:
    check_method(Incoming("HEAD", None), ("GET",))
    check_method(Incoming("POST", None), ("GET", "POST"))
    for method, allowed in (("HEAD", ("POST",)), ("PUT", ("GET", "POST")), ("get", ("GET",))):
        with pytest.raises(Problem) as caught:
            check_method(Incoming(method, None), allowed)
        assert caught.value.headers == {"Allow": ", ".join(allowed)}
        assert f"{method} is not answered here" in caught.value.detail


def test_a_call_has_a_function_and_arguments(host: Any) -> None:
    assert read_call(host, post(host, b'{"function":"a","args":{"b":1}}')) == ("a", {"b": 1}, {})
    assert read_call(host, post(host, b'{"function":"a"}')) == ("a", {}, {})
    for body in (b"", b"[]", b'{"function":1}', b'{"function":"a","args":null}', b"\xff"):
        with pytest.raises(Problem) as caught:
            read_call(host, post(host, body))
        assert caught.value.code == "malformed"


def test_a_form_has_files(host: Any) -> None:
    incoming = post(host, b'{"function":"a"}', "multipart/form-data")
    incoming.native.files = {"scan": ["file"]}
    assert read_call(host, incoming) == ("a", {}, {"scan": ["file"]})


def test_a_body_is_json(host: Any) -> None:
    assert read_body(host, post(host, b"1", "")) == b"1"
    with pytest.raises(Problem, match="not text/plain"):
        read_body(host, post(host, b"1", "text/plain"))


def test_parameters_of_a_read(server: Any) -> None:
    @server.client(context="user")
    def user(request: Any, user_id: int, page: int = 1) -> int:
        return 1

    context = server.catalog.contexts["user"]
    url = "/m/ctx/user/?page=1&user_id=5"
    params, strings = {"page": 1, "user_id": 5}, (("page", "1"), ("user_id", "5"))
    read = lambda query: read_params(server.catalog, Incoming("GET", None, query), context)  # noqa: E731
    assert read("page=1&user_id=5") == Asked(params, strings, True, url)
    assert read("user_id=5") == Asked(params, strings, False, url)
    posted = read_params(server.catalog, post(server.host, b'{"user_id":5}'), context)
    assert posted == Asked(params, strings, False, url)
    bound = Asked(params, strings, True, url).bound({"city": "Ulm"})
    assert bound == Asked({**params, "city": "Ulm"}, (("city", "Ulm"), *strings), True, url)
    with pytest.raises(Problem):
        read_params(server.catalog, post(server.host, b"[]"), context)
    with pytest.raises(Problem):
        read("user_id=x")


def test_short_queries_are_remembered_and_refused_each_time(server: Any) -> None:
    @server.client(context="tags")
    def tagged(request: Any, tag: str) -> int:
        return 1

    read, context = server.catalog.queries.read, server.catalog.contexts["tags"]
    assert read(context, "tag=a") is read(context, "tag=a")
    long = "tag=" + "a" * 256
    assert read(context, long) == read(context, long)
    assert read(context, long) is not read(context, long)
    for _ in range(2):
        with pytest.raises(Problem):
            read(context, "tag=%")
