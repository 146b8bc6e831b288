"""No secret of a setting is in a log, an error page, a message of a check, a command or a repr.

Each setting that holds one holds a mark; whatever goes wrong, no mark is anywhere.
"""

from __future__ import annotations

import copy
import io
import logging
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import CommandError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from django.utils.log import AdminEmailHandler
from project.http import Web

from mizan.cache.base import CacheUnavailable
from mizan.django import (
    Context,
    cache_settings,
    client,
    conf,
    create_mwt,
    edge_settings,
    event_broker,
    event_settings,
    origin_cache,
    purgers,
)
from mizan.edge.base import Purge, PurgeFailed
from mizan.errors import MizanError

pytestmark = pytest.mark.django_db

MARK = "m4rk3d"
NOBODY = "127.0.0.1:9"
"""Where nothing listens."""


def mark(number: int) -> str:
    """Return a secret of enough bytes, in the characters of base64url."""
    return f"{MARK}{number:02}".ljust(44, "x")


def shown(text: str) -> list[str]:
    """Return where a text shows a mark."""
    return [text[max(at - 60, 0) : at + 20] for at in range(len(text)) if text.startswith(MARK, at)]


REDIS = f"redis://user:{mark(1)}@{NOBODY}/0"
SETTINGS: dict[str, Any] = {
    "MIZAN_CACHE": {
        "BACKEND": "redis",
        "URL": REDIS,
        "SECRET": mark(2),
        "OPTIONS": {"sentinel_password": mark(3)},
        "CALL_TIMEOUT": 0.1,
    },
    "MIZAN_EVENTS": {"BROKER": f"redis://:{mark(4)}@{NOBODY}/1"},
    "MIZAN_PKEY_SECRET": mark(5),
    "MIZAN_MWT_KEYS": [{"kty": "oct", "kid": "one", "alg": "HS256", "k": mark(6)}],
    "MIZAN_EDGE": {
        "TIMEOUT": 0.2,
        "PURGE": {
            "akamai": {
                "BACKEND": "akamai",
                "host": f"http://{NOBODY}",
                "client_token": mark(7),
                "client_secret": mark(8),
                "access_token": mark(9),
            },
            "cf": {
                "BACKEND": "cloudflare",
                "zone": "z",
                "token": mark(10),
                "api": f"http://{NOBODY}",
            },
            "cloudfront": {
                "BACKEND": "cloudfront",
                "distribution": "d",
                "access_key_id": mark(11),
                "secret_access_key": mark(12),
                "session_token": mark(13),
                "api": f"http://{NOBODY}",
            },
            "fastly": {
                "BACKEND": "fastly",
                "service": "s",
                "token": mark(14),
                "api": f"http://{NOBODY}",
            },
            "varnish": {"BACKEND": "varnish", "nodes": [f"http://{NOBODY}"], "token": mark(15)},
        },
    },
}


class ThingContext(Context):
    """What goes wrong."""


def fall(request: HttpRequest) -> HttpResponse:
    raise LookupError("fell")


urlpatterns = [
    path("api/mizan/", include("mizan.django.urls")),
    path("fall/", fall),
    path("", include("mizan.django.routes")),
]


@pytest.fixture(autouse=True)
def _marked(settings: Any) -> None:
    for name, value in SETTINGS.items():
        setattr(settings, name, copy.deepcopy(value))

    @client(context=ThingContext)
    def thing(request: HttpRequest, thing_id: int) -> int:
        raise LookupError("fell")

    @client(affects=ThingContext, route="/thing/<int:thing_id>/", methods=["GET", "POST"])
    def change(request: HttpRequest, thing_id: int) -> HttpResponse:
        raise LookupError("fell")

    @client(affects=ThingContext)
    def touch(request: HttpRequest, thing_id: int) -> int:
        return thing_id


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("of", ["/fall/", "/thing/1/", "/api/mizan/ctx/thing/?thing_id=1"])
def test_no_error_page_shows_one(
    of: str, debug: bool, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = Client(raise_request_exception=False)
    headers = {"Accept": "text/html", "X-Mizan-Token": create_mwt(ada)}
    with override_settings(DEBUG=debug, ROOT_URLCONF=__name__), caplog.at_level(logging.DEBUG):
        page = visitor.get(of, headers=headers)
    assert page.status_code == 500
    assert shown(page.content.decode()) == []
    assert shown(caplog.text) == []
    if debug and of == "/fall/":
        assert "MIZAN_CACHE" in page.content.decode()  # the page that lists settings


@pytest.mark.parametrize("of", ["/fall/", "/thing/1/", "/api/mizan/ctx/thing/?thing_id=1"])
def test_no_mail_to_admins_shows_one(
    of: str, settings: Any, mailoutbox: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    admin = "admin@example.org"
    settings.ADMINS = [admin if django.VERSION >= (6, 0) else ("Admin", admin)]
    settings.ROOT_URLCONF = __name__
    handler = AdminEmailHandler(include_html=True)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        Client(raise_request_exception=False).get(of, headers={"Accept": "text/html"})
    finally:
        logger.removeHandler(handler)
    assert any("MIZAN_CACHE" in str(mail.alternatives) for mail in mailoutbox)
    for mail in mailoutbox:
        assert shown(f"{mail.subject}{mail.body}{mail.alternatives}") == []


def wrong(value: Any) -> Iterator[Any]:
    """Yield a setting's value with each of its secrets in wrong forms and places."""
    if isinstance(value, str) and MARK in value:
        yield from (value[:9], value + " \n", [value], {value: value}, value.encode())
    elif isinstance(value, dict):
        yield value | {"BACKEND": REDIS}
        yield value | {"unknown": REDIS}
        for key, each in value.items():
            yield from (value | {key: other} for other in wrong(each))
    elif isinstance(value, list):
        yield from ([other] for each in value for other in wrong(each))


CASES = [(name, value) for name, each in SETTINGS.items() for value in wrong(each)]


def test_no_check_shows_one() -> None:
    from django.core.checks import run_checks

    assert len(CASES) > 80
    for name, value in CASES:
        with override_settings(**{name: value}):
            said = "\n".join(str(each) for each in run_checks(include_deployment_checks=True))
            assert shown(said) == [], (name, said)


def test_no_wrong_setting_shows_one_when_it_is_used(caplog: pytest.LogCaptureFixture) -> None:
    for name, value in CASES:
        with override_settings(**{name: value}), caplog.at_level(logging.DEBUG):
            for use in (origin_cache.cache, event_broker.broker, purgers.purgers, conf.mwt_keys):
                said = ""
                try:
                    use()
                except Exception as error:  # noqa: BLE001 (whatever it is, it shows nothing)
                    said = f"{error!r} {error} {error.__cause__!r}"
                assert shown(said) == [], (name, value)
            for each in (origin_cache, event_broker, purgers):
                each.forget()
    assert shown(caplog.text) == []


def test_no_repr_shows_one() -> None:
    cache, broker = origin_cache.cache(), event_broker.broker()
    assert cache is not None
    assert broker is not None
    objects: list[Any] = [
        cache,
        cache.aio,
        broker,
        conf.mwt_keys(),
        cache_settings.current(),
        edge_settings.current(),
        event_settings.current(),
        *purgers.purgers().values(),
        purgers.purgers(),
    ]
    for each in [*objects, *(part for one in objects for part in parts(one))]:
        assert shown(f"{each!r} {each}") == [], type(each)


def parts(value: Any) -> Iterator[Any]:
    """Yield the objects of Mizan's own that an object has as attributes, however deep."""
    names = [*getattr(value, "__dict__", ()), *getattr(type(value), "__slots__", ())]
    for name in names:
        part = getattr(value, name, None)
        if type(part).__module__.startswith("mizan.") and not isinstance(part, type):
            yield part
            yield from parts(part)


COMMANDS = [
    ("check", "--deploy"),
    ("export_client_schema",),
    ("export_edge_manifest",),
    ("mizan_cache", "doctor"),
    ("mizan_cache", "purge", "*"),
    ("mizan_cache", "stats"),
    ("mizan_edge", "purge", "*"),
    ("mizan_edge", "purge", "--dry-run", "thing;thing_id=1"),
    ("mizan_functions",),
    ("mizan_graph",),
    ("mizan_outbox",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_one(
    command: tuple[str, ...],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    out, err = io.StringIO(), io.StringIO()
    said = ""
    with caplog.at_level(logging.DEBUG):
        try:
            call_command(*command, stdout=out, stderr=err)
        except (CommandError, SystemExit, MizanError) as error:
            said = f"{error!r} {error}"
    captured = capfd.readouterr()
    text = out.getvalue() + err.getvalue() + said + caplog.text + captured.out + captured.err
    assert text
    assert shown(text) == []


@pytest.mark.parametrize("name", SETTINGS["MIZAN_EDGE"]["PURGE"])
def test_a_network_that_cannot_be_reached_shows_none(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(PurgeFailed) as caught:
        purgers.purgers()[name].purge(Purge(("tag",), ("/x/",), ()))
    error = caught.value
    assert shown(f"{error!r} {error} {error.__cause__!r} {caplog.text}") == []


def test_a_store_that_cannot_be_reached_shows_none(
    web: Web, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = web.call("touch", thing_id=1, headers={"X-Mizan-Token": create_mwt(ada)})
        cache = origin_cache.cache()
        assert cache is not None
        with pytest.raises(CacheUnavailable) as caught:
            cache.purge(("thing",))
    assert response.status_code == 200
    assert caplog.text
    found = f"{response.headers} {response.content!r} {caught.value!r} {caplog.text}"
    assert shown(found) == []
