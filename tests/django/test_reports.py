"""mizan.django.reports: what Django's error pages show of settings."""

from __future__ import annotations

from django.test import RequestFactory, override_settings
from django.views.debug import SafeExceptionReporterFilter, get_exception_reporter_filter

from mizan.django.reports import HIDDEN, ReporterFilter, guard


class Own(SafeExceptionReporterFilter):
    """A site's own."""


def test_what_may_hold_secrets_is_starred_and_the_rest_is_djangos() -> None:
    with override_settings(MIZAN_CACHE={"URL": "redis://:hidden@h/0"}, MIZAN_BODY_LIMIT=2048):
        shown = ReporterFilter().get_safe_settings()
        without = SafeExceptionReporterFilter().get_safe_settings()
    assert "hidden" in str(without["MIZAN_CACHE"])
    assert "hidden" not in str(shown)
    assert shown["MIZAN_BODY_LIMIT"] == 2048
    assert {name for name in shown if shown[name] != without[name]} <= HIDDEN


def test_a_request_has_it_unless_the_site_has_a_filter() -> None:
    request = RequestFactory().get("/")
    guard(request)
    assert type(get_exception_reporter_filter(request)) is ReporterFilter
    other = RequestFactory().get("/")
    with override_settings(DEFAULT_EXCEPTION_REPORTER_FILTER=f"{__name__}.Own"):
        guard(other)
    assert not hasattr(other, "exception_reporter_filter")
