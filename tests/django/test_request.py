"""mizan.django.request: what is noted of a request; test_leaks.py has it through the stack."""

from __future__ import annotations

import copy
import datetime
import threading
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory, override_settings
from django.urls import get_urlconf, reverse, set_urlconf
from django.utils import timezone, translation
from django.utils.translation import trans_real

import mizan.django.urls
from mizan.django.request import LeakError, PublicRequest, Witness, watched


def witness(*declared: str, strict: bool = False) -> Witness:
    return Witness(frozenset(declared), strict=strict)


def test_each_facet_is_noted_under_its_name() -> None:
    seen = witness()
    request = PublicRequest(RequestFactory().get("/x/"), seen)
    names = {
        "path": "path",
        "META": "headers",
        "headers": "headers",
        "COOKIES": "cookies",
        "get_host": "host",
        "get_port": "host",
        "GET": "GET",
    }
    for name, facet in names.items():
        getattr(request, name)
        assert facet in seen.seen
    assert seen.seen == set(names.values())
    assert seen.varied == set()


def test_what_is_declared_varies_and_leaks_nothing() -> None:
    seen = witness("host", strict=True)
    request = PublicRequest(RequestFactory().get("/"), seen)
    assert request.get_host() == "testserver"
    assert (seen.seen, seen.varied) == (set(), {"host"})


def test_strictly_a_leak_is_an_error_that_says_what_would_be_right() -> None:
    seen = witness(strict=True)
    with pytest.raises(LeakError, match=r"'path'.*FromRequest.*user_scoped.*VARY"):
        _ = PublicRequest(RequestFactory().get("/"), seen).path
    assert seen.seen == {"path"}


def test_it_passes_for_the_request_and_shows_nothing() -> None:
    seen = witness()
    request = PublicRequest(RequestFactory().post("/"), seen)
    assert isinstance(request, WSGIRequest)
    assert request.method == "GET"
    assert repr(request) == str(request) == "<PublicRequest>"
    request.own = 5
    assert request.own == 5
    assert seen.seen == set()
    assert copy.copy(request).path == "/"
    assert seen.seen == {"path"}


@pytest.mark.parametrize("name", ["_request", "request", "_wrapped", "__wrapped__", "_witness"])
def test_a_helper_that_unwraps_requests_finds_none(name: str) -> None:
    seen = witness()
    request = PublicRequest(RequestFactory().get("/"), seen)
    assert getattr(request, name, request).path == "/"
    assert "path" in seen.seen


def test_a_deep_copy_tells_the_same_witness() -> None:
    seen = witness()
    request = PublicRequest(RequestFactory().get("/"), seen)
    request.own = 5
    twin = copy.deepcopy(request)
    assert (twin.own, seen.seen) == (5, set())
    assert twin.path == "/"
    assert seen.seen == {"path"}


@pytest.fixture
def _urlconf() -> Iterator[None]:
    translation.deactivate()  # an earlier test may have left one, and it has a part in URLs
    yield
    set_urlconf(None)


@pytest.mark.usefixtures("_urlconf")
def test_the_sites_own_urlconf_is_no_difference() -> None:
    set_urlconf("project.urls")
    with watched(witness(strict=True)) as seen:
        assert reverse("mizan:call") == "/api/mizan/call/"
    assert (seen.seen, get_urlconf()) == (set(), "project.urls")


@pytest.mark.usefixtures("_urlconf")
def test_another_urlconf_is_noted_where_urls_are_made_by_it() -> None:
    set_urlconf("mizan.django.urls")
    for _ in range(2):  # Django keeps what it made of a URLconf, and no watcher
        with watched(witness()) as seen:
            assert seen.seen == set()
            assert reverse("call") == "/call/"
        assert seen.seen == {"urlconf"}
    assert type(get_urlconf()) is str
    with watched(witness("urlconf", strict=True)) as seen:
        assert reverse("call") == "/call/"
    assert (seen.seen, seen.varied) == (set(), {"urlconf"})


@pytest.mark.usefixtures("_urlconf")
def test_a_urlconf_without_a_name_is_noted_at_once() -> None:
    set_urlconf(mizan.django.urls)
    with watched(witness()) as seen:
        assert reverse("call") == "/call/"
    with watched(witness("urlconf")) as declared:
        assert get_urlconf() is mizan.django.urls
    assert (seen.seen, declared.seen, declared.varied) == ({"urlconf"}, set(), {"urlconf"})


def test_the_language_is_watched_only_where_one_is_active() -> None:
    translation.deactivate()
    timezone.deactivate()
    with watched(witness()) as seen:
        assert translation.gettext("Yes") == "Yes"
        assert timezone.get_current_timezone_name()
    assert seen.seen == set()


def test_a_change_of_the_settings_blinds_nobody() -> None:
    for code in ("fr", "en"):  # Django forgets what is active where it keeps it
        changed = override_settings(LANGUAGE_CODE=code)
        with changed, translation.override("de"), watched(witness()) as seen:
            assert translation.gettext("Yes") == "Ja"
        assert seen.seen == {"language"}


def test_everything_is_as_before_even_after_an_error() -> None:
    with translation.override("de"), timezone.override("Asia/Tokyo"):
        language, zone = trans_real._active.value, timezone.get_current_timezone()
        with pytest.raises(ValueError, match="x"), watched(witness()):
            translation.activate("en")
            timezone.activate("UTC")
            raise ValueError("x")
        assert trans_real._active.value is language
        assert timezone.get_current_timezone() is zone
    assert not [name for name in trans_real._translations if name.startswith("mizan")]


def test_an_override_within_is_watched_again_afterwards() -> None:
    with translation.override("de"), watched(witness()) as seen:
        with translation.override("en"):
            assert translation.get_language() == "en"
            with translation.override("de"):
                assert translation.gettext("Yes") == "Ja"
            assert translation.gettext("Yes") == "Yes"
        assert seen.seen == set()
        assert translation.gettext("Yes") == "Ja"
    assert seen.seen == {"language"}


def test_the_language_is_the_right_one_when_it_is_looked_at() -> None:
    with translation.override("de"), watched(witness()) as seen:
        assert translation.get_language() == "de"
        assert not translation.get_language_bidi()
    assert seen.seen == {"language"}


def test_the_time_zone_is_the_right_one_when_it_is_looked_at() -> None:
    noon = datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC)
    berlin = ZoneInfo("Europe/Berlin")
    with timezone.override(berlin), watched(witness()) as seen:
        zone = timezone.get_current_timezone()
        assert seen.seen == set()
        assert timezone.localtime(noon).isoformat() == "2026-07-01T14:00:00+02:00"
        assert zone == berlin
        assert {zone: 1}[berlin] == 1
        assert (str(zone), repr(zone)) == (str(berlin), repr(berlin))
        local = datetime.datetime(2026, 7, 1, 12, tzinfo=zone)
        assert local.utcoffset() == datetime.timedelta(hours=2)
        assert (local.tzname(), local.dst()) == ("CEST", datetime.timedelta(hours=1))
        assert zone.key == "Europe/Berlin"  # type: ignore[attr-defined]
    assert seen.seen == {"time_zone"}


def test_another_thread_is_not_watched() -> None:
    with translation.override("de"), watched(witness()) as seen:
        other = threading.Thread(target=lambda: translation.gettext("Yes"))
        other.start()
        other.join()
    assert seen.seen == set()
