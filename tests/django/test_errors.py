"""mizan.django.errors: what functions raise, as problem documents with a pointer per field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic
import pytest
from django.core.exceptions import (
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.forms import CharField, Form, IntegerField
from django.http import Http404, HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import get_object_or_404
from project.http import Web
from project.library.mizan import BookShape
from project.library.models import Book
from rest_framework import exceptions, serializers

from mizan.django import AppError, client
from mizan.django.errors import problem_of

pytestmark = pytest.mark.django_db


class OutOfStock(AppError):
    """Nothing is left to sell."""

    status = 410
    left: int


class Hidden(AppError):
    """Nobody declares it."""


class Line(serializers.Serializer[Any]):
    """A line of an order."""

    product = serializers.CharField()
    count = serializers.IntegerField(min_value=1)


class Basket(serializers.Serializer[Any]):
    """An order."""

    lines = Line(many=True)
    note = serializers.CharField(max_length=3)

    def validate(self, _: Any) -> Any:
        raise serializers.ValidationError("The order is closed.")


class SignUp(Form):
    """A form."""

    name = CharField(max_length=3)
    age = IntegerField()

    def clean(self) -> None:
        raise ValidationError("Nobody signs up today.", code="closed")


def raises(error: BaseException) -> Callable[[], Any]:
    def act() -> Any:
        raise error

    return act


def form() -> None:
    filled = SignUp({"name": "Adaline", "age": "x"})
    assert not filled.is_valid()
    raise ValidationError(filled.errors.as_data())


def validated(data: dict[str, Any]) -> Callable[[], Any]:
    return lambda: Basket(data=data).is_valid(raise_exception=True)


GOOD_LINE = {"product": "x", "count": 1}

# what is raised -> (status, code, pointers with their codes)
RAISED: dict[str, tuple[Callable[[], Any], int, str, set[tuple[str, str]]]] = {
    "Http404": (raises(Http404("No such shelf.")), 404, "not_found", set()),
    "get_object_or_404": (lambda: get_object_or_404(Book, pk=0), 404, "not_found", set()),
    "DoesNotExist": (lambda: Book.objects.get(pk=0), 404, "not_found", set()),
    "PermissionDenied": (raises(PermissionDenied("Not yours.")), 403, "forbidden", set()),
    "SuspiciousOperation": (raises(SuspiciousOperation("secret")), 400, "malformed", set()),
    "Django's, one": (
        raises(ValidationError("Wrong.", code="wrong")),
        422,
        "validation",
        {("", "wrong")},
    ),
    "Django's, by field": (
        raises(ValidationError({"a/b": [ValidationError("No.", code="no"), "Never."]})),
        422,
        "validation",
        {("/a~1b", "no"), ("/a~1b", "invalid")},
    ),
    "a model's": (
        lambda: Book(title="", pages=0).full_clean(),
        422,
        "validation",
        {("/title", "blank"), ("/pages", "min_value")},
    ),
    "a form's": (
        form,
        422,
        "validation",
        {("/name", "max_length"), ("/age", "invalid"), ("", "closed")},
    ),
    "REST framework's, by field": (
        validated({"lines": [GOOD_LINE, {"count": 0}], "note": "long"}),
        422,
        "validation",
        {
            ("/lines/1/product", "required"),
            ("/lines/1/count", "min_value"),
            ("/note", "max_length"),
        },
    ),
    "REST framework's, whole": (
        validated({"lines": [GOOD_LINE], "note": "x"}),
        422,
        "validation",
        {("", "invalid")},
    ),
    "REST framework's, a list of objects": (
        raises(serializers.ValidationError([{}, {"name": ["No."], "non_field_errors": ["So."]}])),
        422,
        "validation",
        {("/1/name", "invalid"), ("/1", "invalid")},
    ),
    "REST framework's, a list": (
        raises(serializers.ValidationError(["One.", "Two."])),
        422,
        "validation",
        {("", "invalid")},
    ),
    "REST framework's NotFound": (raises(exceptions.NotFound()), 404, "not_found", set()),
    "REST framework's PermissionDenied": (
        raises(exceptions.PermissionDenied()),
        403,
        "forbidden",
        set(),
    ),
    "REST framework's NotAuthenticated": (
        raises(exceptions.NotAuthenticated()),
        401,
        "unauthenticated",
        set(),
    ),
    "REST framework's Throttled": (raises(exceptions.Throttled(wait=7)), 429, "throttled", set()),
    "REST framework's ParseError": (raises(exceptions.ParseError()), 400, "malformed", set()),
    "REST framework's other": (raises(exceptions.NotAcceptable()), 406, "not_acceptable", set()),
    "pydantic's": (
        lambda: BookShape.model_validate({"id": "x", "title": "Emma"}),
        422,
        "validation",
        {("/id", "int_parsing"), ("/pages", "missing")},
    ),
    "declared": (raises(OutOfStock("Sold.", left=2)), 410, "app.out_of_stock", set()),
    "undeclared": (raises(Hidden()), 500, "internal", set()),
    "unexpected": (raises(KeyError("x")), 500, "internal", set()),
    "too much": (raises(RequestDataTooBig("Too much.")), 413, "too_large", set()),
}


@pytest.mark.parametrize("name", RAISED)
@pytest.mark.parametrize("kind", ["call", "context"])
def test_what_a_function_raises(web: Web, name: str, kind: str) -> None:
    act, status, code, places = RAISED[name]
    options: dict[str, Any] = {"errors": [OutOfStock]}
    if kind == "context":
        options["context"] = "failing"

    @client(**options)
    def fail(request: HttpRequest) -> None:
        act()

    response = web.call("fail") if kind == "call" else web.read("failing")
    document = response.json()
    assert (response.status_code, document["code"]) == (status, code)
    found = {(each["pointer"], each["code"]) for each in document.get("errors", ())}
    assert found == places
    assert "secret" not in response.content.decode()
    if kind == "context":
        assert document["function"] == "fail"


def test_messages_say_what_was_wrong(web: Web) -> None:
    @client
    def fail(request: HttpRequest, how: str) -> None:
        RAISED[how][0]()

    def detail(how: str) -> Any:
        return web.call("fail", how=how).json()

    assert detail("Http404")["detail"] == "No such shelf."
    assert detail("PermissionDenied")["detail"] == "Not yours."
    assert detail("Django's, one")["errors"][0]["detail"] == "Wrong."
    blank = [each for each in detail("a model's")["errors"] if each["pointer"] == "/title"]
    assert blank[0]["detail"] == "This field cannot be blank."
    assert detail("REST framework's, whole")["errors"][0]["detail"] == "The order is closed."


def test_an_applications_error_brings_its_fields(web: Web) -> None:
    @client(errors=OutOfStock)
    async def buy(request: HttpRequest) -> None:
        raise OutOfStock("Only two left.", left=2)

    document = web.call("buy").json()
    assert (document["detail"], document["data"]) == ("Only two left.", {"left": 2})


def test_what_is_suspicious_is_logged_for_those_who_watch(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    @client
    def fail(request: HttpRequest) -> None:
        raise SuspiciousOperation("secret")

    assert web.call("fail").status_code == 400
    (record,) = [each for each in caplog.records if each.name.startswith("django.security")]
    assert (record.name, record.getMessage()) == ("django.security.SuspiciousOperation", "secret")


def test_headers_come_along(web: Web) -> None:
    @client
    def fail(request: HttpRequest, how: str) -> None:
        RAISED[how][0]()

    assert web.call("fail", how="REST framework's Throttled")["Retry-After"] == "7"
    refused = web.call("fail", how="REST framework's NotAuthenticated")
    assert refused["WWW-Authenticate"] == 'Bearer realm="mizan"'
    with_scheme = exceptions.NotAuthenticated()
    with_scheme.auth_header = "Token"
    problem = problem_of(with_scheme)
    assert problem is not None
    assert problem.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MultiPartParserError("no boundary"), "malformed"),
        (UnreadablePostError("gone"), "malformed"),
        (ObjectDoesNotExist("none"), "not_found"),
    ],
)
def test_what_reading_a_request_raises(error: Exception, code: str) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert problem.code == code


def test_what_is_unexpected_is_none_of_it() -> None:
    assert problem_of(ValueError()) is None
    with pytest.raises(pydantic.ValidationError) as caught:
        BookShape.model_validate({})
    assert problem_of(caught.value) is None
