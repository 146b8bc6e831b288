"""mizan.django.host: what the server asks of Django."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory, override_settings
from django.utils.translation import gettext_lazy
from project.library.models import Book

from mizan.django.host import DjangoHost
from mizan.server.problems import Problem
from mizan.server.results import ResultInvalid

make = RequestFactory()
JSON = {"content_type": "application/json"}


def host() -> DjangoHost:
    return DjangoHost("/m/")


def test_the_settings_are_read_once() -> None:
    changed = {"MIZAN_IDENTITY_PARAMS": ["who"], "MIZAN_EDGE": True, "MIZAN_BODY_LIMIT": 2048}
    with override_settings(MIZAN_VIEW_URLS={"user": ["/x/"]}, **changed):
        found = host()
    assert (found.identity_params, found.edge, found.body_limit) == (("who",), True, 2048)
    assert found.view_urls == {"user": ["/x/"]}
    assert (found.base_url, found.debug, found.all_atomic) == ("/m/", False, False)


def test_debug_is_djangos() -> None:
    found = host()
    with override_settings(DEBUG=True):
        assert found.debug


def test_a_body_may_have_been_read_before() -> None:
    request = make.post("/", b"{}", **JSON)
    assert request.body == b"{}"
    assert host().body(request) == b"{}"
    assert host().body(request) == b"{}"


def test_a_body_over_the_limit_is_refused_before_it_is_read() -> None:
    request = make.post("/", b"x" * 2000, **JSON)
    with override_settings(MIZAN_BODY_LIMIT=1024), pytest.raises(Problem) as caught:
        host().body(request)
    assert caught.value.code == "too_large"
    assert "1024 bytes" in caught.value.detail
    assert not hasattr(request, "_body")


@pytest.mark.parametrize("length", ["9" * 19, "9" * 5000])
def test_a_length_of_any_digits_is_too_large(length: str) -> None:
    with pytest.raises(Problem) as caught:
        host().body(make.post("/", b"{}", CONTENT_LENGTH=length, **JSON))
    assert caught.value.code == "too_large"


def test_fields_are_lists_of_the_form_before_the_query() -> None:
    data = {"a": ["1", "2"], "f": SimpleUploadedFile("x", b""), "csrfmiddlewaretoken": "t"}
    found = host().fields(make.post("/?a=0&q=5&q=6", data))
    assert found.keys() == {"a", "f", "q"}
    assert (found["a"], found["q"], found["f"][0].name) == (["1", "2"], ["5", "6"], "x")


@pytest.mark.parametrize(("ends", "read"), [(True, b'{"a":1}'), (False, b"")])
def test_a_body_in_chunks_is_read_where_the_server_ends_it(ends: bool, read: bytes) -> None:
    request = make.post("/", **JSON)
    environ = {**request.environ, "wsgi.input": BytesIO(b'{"a":1}'), "wsgi.input_terminated": ends}
    del environ["CONTENT_LENGTH"]
    assert host().body(WSGIRequest(environ)) == read
    environ["wsgi.input"] = BytesIO(b" " * 5000)
    with override_settings(MIZAN_BODY_LIMIT=1024), suppress(Problem):
        assert host().body(WSGIRequest(environ)) == b""
        assert not ends
    assert environ["wsgi.input"].tell() == (1025 if ends else 0)


def test_files_of_a_call_are_lists() -> None:
    files = [SimpleUploadedFile(name, b"") for name in ("a", "b")]
    text, found = host().form(make.post("/", {"call": "{}", "pages": files}))
    assert text == b"{}"
    assert [each.name for each in found["pages"]] == ["a", "b"]


@pytest.mark.django_db
def test_permissions_are_names_or_callables() -> None:
    request = make.get("/")
    assert not host().permitted(request, "library.add_book")
    request.user = AnonymousUser()
    assert not host().permitted(request, "library.add_book")
    request.user = User.objects.create_superuser("root")
    assert host().permitted(request, "library.add_book")
    assert host().permitted(request, lambda r: r is request and "yes") is True
    assert host().permitted(request, lambda _: None) is False


@pytest.mark.django_db
def test_rows_become_lists_and_translations_texts() -> None:
    book = Book.objects.create(title="Emma")
    for rows in (Book.objects, Book.objects.all(), book.reviews):
        assert isinstance(host().plain(rows), list)
    assert host().plain(Book.objects.all()) == [book]
    assert host().plain(gettext_lazy("Yes")) == "Yes"
    for value in (book, [1], {"a": 1}, "x", None):
        assert host().plain(value) is value


def test_a_response_is_no_data_and_data_no_response() -> None:
    with pytest.raises(ResultInvalid, match="annotate it with -> HttpResponse"):
        host().plain(HttpResponse())
    with pytest.raises(ResultInvalid, match="returned dict; annotate it with the type"):
        host().check_response({})
    response = HttpResponse()
    assert host().check_response(response) is response
    assert not host().is_lazy(response)


def test_a_template_is_rendered_where_it_may_block() -> None:
    response = SimpleTemplateResponse(engines["django"].from_string("x"))
    assert host().is_lazy(response)
    assert host().check_response(response).content == b"x"
    assert not host().is_lazy(response)


def test_an_error_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    from django.core.signals import got_request_exception

    heard: list[Any] = []

    def hear(request: HttpRequest, **_: Any) -> None:
        heard.append(request)

    got_request_exception.connect(hear)
    try:
        request = make.get("/here/%0A/")
        host().report(ValueError("x"), request)
    finally:
        got_request_exception.disconnect(hear)
    assert heard == [request]
    (record,) = (each for each in caplog.records if each.name == "django.request")
    assert record.getMessage() == r"Internal Server Error: /here/\n/"
    assert (record.status_code, record.request) == (500, request)  # type: ignore[attr-defined]
    assert record.exc_info is not None
