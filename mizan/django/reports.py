"""Django's error pages and mails, without the settings of Mizan that may hold secrets.

Django stars settings by the words of their names; a password in a URL has none (docs/security.md).

Invariant: whatever MIZAN_CACHE, MIZAN_EDGE and MIZAN_EVENTS hold is starred as a whole.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

HIDDEN = frozenset({"MIZAN_CACHE", "MIZAN_EDGE", "MIZAN_EVENTS"})
"""Settings in which some keys are secret, or parts of them."""
_DJANGOS = "django.views.debug.SafeExceptionReporterFilter"


class ReporterFilter(SafeExceptionReporterFilter):
    """Django's filter, which also stars HIDDEN.

    Requests have it where DEFAULT_EXCEPTION_REPORTER_FILTER is Django's own; name it there for
    errors of tasks and commands, too, or derive a filter of your own from it.
    """

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """Return the value of a setting as it may be shown."""
        return self.cleansed_substitute if key in HIDDEN else super().cleanse_setting(key, value)


_filter = ReporterFilter()


def guard(request: HttpRequest) -> None:
    """Have error pages and mails of a request hide the settings, unless the site has a filter."""
    if settings.DEFAULT_EXCEPTION_REPORTER_FILTER == _DJANGOS:
        request.exception_reporter_filter = _filter
