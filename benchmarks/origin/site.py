"""Django's settings for `cache.py`, on a redis-server of its own.

To be configured before anything else of Django is imported.
"""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

MANY = 10**9
PATIENCE = 600
"""Seconds that the slowest purge may take."""


def caches(url: str) -> dict[str, dict[str, Any]]:
    """Return CACHES: Django's own in memory and on Redis, and django-redis."""
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": MANY},
        },
        "django": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
        },
        "django-redis": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": url,
            "OPTIONS": {
                "CLIENT_CLASS": "django_redis.client.DefaultClient",
                "SOCKET_TIMEOUT": PATIENCE,
            },
        },
    }


def mizan_cache(url: str | None) -> dict[str, Any]:
    """Return MIZAN_CACHE: on Redis, or in memory where there is no URL."""
    if url is None:
        return {"BACKEND": "memory", "MAX_ENTRIES": MANY, "MAX_BYTES": MANY}
    secret = "of this benchmark alone: " + 32 * "x"
    return {"BACKEND": "redis", "URL": url, "SECRET": secret, "CALL_TIMEOUT": 5}


def configure(url: str) -> None:
    """Set Django up."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CACHEOPS={"origin.*": {"ops": "all", "timeout": 900}},
        CACHEOPS_REDIS=f"{url}?socket_timeout={PATIENCE}",  # it purges a million for a while
        CACHES=caches(url),
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "cacheops",
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            "mizan.django",
            "origin",
        ],
        MIDDLEWARE=[],
        MIZAN_CACHE=mizan_cache(url),
        ROOT_URLCONF=(),
        SECRET_KEY="protects nothing here",  # noqa: S106 (see its value)
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
