"""mizan.django.audit.requests: a sample of requests, written down and answered again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import AsyncRequestFactory, RequestFactory
from django.urls import path
from project.orders.models import Customer

from mizan.django.audit import requests
from mizan.django.audit.requests import RequestRecorder, Sent

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def write(request: HttpRequest) -> HttpResponse:
    count = request.session["count"] = request.session.get("count", 0) + 1
    Customer.objects.create(owner_id=request.user.pk or 0)
    return HttpResponse(f"{request.body.decode()} {count}", status=200 + count)


def fail(request: HttpRequest) -> HttpResponse:
    raise LookupError


urlpatterns = [path("write/", write), path("fail/", fail)]


def sent(path: str = "/write/", **given: Any) -> Sent:
    shape = {"method": "POST", "host": "", "type": "", "body": "", "visitor": "", "user": None}
    return Sent(**{**shape, "path": path, **given})


@pytest.fixture
def file(tmp_path: Path, settings: Any) -> Path:
    settings.MIZAN_AUDIT_REQUESTS = str(tmp_path / "sample.jsonl")
    return tmp_path / "sample.jsonl"


def recorded(request: HttpRequest, file: Path) -> dict[str, Any]:
    assert RequestRecorder(lambda _: "reply")(request) == "reply"
    return json.loads(file.read_text().splitlines()[-1])


def test_a_request_is_a_line(file: Path) -> None:
    body = '{"name": "Ada", "password": "hunter2", "api_token":"x"}'
    request = RequestFactory().post("/a/?b=c", body, content_type="application/json")
    found = recorded(request, file)
    assert (found["method"], found["path"], found["host"]) == ("POST", "/a/?b=c", "testserver")
    assert json.loads(found["body"]) == {"name": "Ada", "password": "***", "api_token": "***"}
    assert (found["user"], found["visitor"]) == (None, "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert requests.read(file)[0].path == "/a/?b=c"


@pytest.mark.parametrize(
    "body",
    [
        '{"password":            "hunter2"}',
        '{"password"\n    :\n    "hunter2"}',
        f"password_{'x' * 70}=hunter2&a=b",
        f"{'x' * 70}_password=hunter2&a=b",
        '{"note": "my password: hunter2"}',
        '{"pass": 1, "API-Token2" : "hun\\"ter2"}',
    ],
)
def test_a_secret_is_starred_however_it_is_written(file: Path, body: str) -> None:
    request = RequestFactory().post("/", body, content_type="application/json")
    found = recorded(request, file)["body"]
    assert "***" in found
    assert "ter2" not in found


def test_a_body_of_such_names_alone_is_read_in_time(file: Path) -> None:
    for body in ("password" * 100_000, "password " * 100_000, 'token="\\"' * 100_000):
        recorded(RequestFactory().post("/", body, content_type="text/plain"), file)


def test_forms_files_and_users(file: Path) -> None:
    factory = RequestFactory()
    form = factory.post("/", "password=hunter2&a=b", "application/x-www-form-urlencoded")
    assert recorded(form, file)["body"] == 'password="***"&a=b'
    assert recorded(factory.post("/", {"f": SimpleUploadedFile("a", b"b")}), file)["body"] == ""
    request: Any = factory.get("/")
    request.user = User.objects.create(username="ada")
    request.session = type("Session", (), {"session_key": "secret"})()
    found = recorded(request, file)
    assert found["user"] == request.user.pk
    assert len(found["visitor"]) == 12
    assert "secret" not in file.read_text()
    request.read()
    assert recorded(factory.get("/"), file)["body"] == ""


def test_over_asgi(file: Path) -> None:
    async def reply(request: Any) -> str:
        return "reply"

    middleware = RequestRecorder(reply)
    assert iscoroutinefunction(middleware)
    assert async_to_sync(middleware)(AsyncRequestFactory().get("/x/")) == "reply"
    assert requests.read(file)[0].path == "/x/"


def test_without_a_file_it_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="MIZAN_AUDIT_REQUESTS"):
        RequestRecorder(lambda _: None)


@pytest.mark.urls(__name__)
def test_they_are_answered_again_and_rolled_back(settings: Any) -> None:
    ada = User.objects.create(username="ada")
    sample = [
        sent(visitor="a"),
        sent(visitor="a"),
        sent(visitor="b", user=ada.pk, body="x"),
        sent("/fail/"),
        sent("/missing/", host="testserver"),
        sent(user=99),
    ]
    statuses = [status for _, status in requests.replay(sample)]
    assert statuses == [201, 202, 201, 500, 404, 201]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "2: "),
        ("[]", 'an object with "method" and "path"'),
        ('{"method": "GET"}', 'an object with "method" and "path"'),
        ('{"method": "GET", "path": 5}', "'path' is not a str"),
        ('{"method": "GET", "path": "x"}', "does not begin with"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / "sample.jsonl"
    path.write_text(f"\n{line}\n")
    with pytest.raises(ValueError, match=complaint) as caught:
        requests.read(path)
    assert f"{path}:2: " in str(caught.value)
