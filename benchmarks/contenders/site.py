"""The settings that programs measure with: those of a site as Django makes it, without a cache.

Imports nothing, so that Django can be set up after it.
"""

from __future__ import annotations

from typing import Any

MIZAN_MIDDLEWARE = "mizan.django.middleware.MizanMiddleware"
DEFAULT_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def site(*apps: str, **more: Any) -> dict[str, Any]:
    """Return settings with these apps beside Django's own; `more` are added, or put in place."""
    return {
        "ALLOWED_HOSTS": ["*"],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        "INSTALLED_APPS": [
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.messages",
            *apps,
        ],
        "MIDDLEWARE": [],
        "MIZAN_CACHE": {"BACKEND": None},
        "REST_FRAMEWORK": {"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
        "SECRET_KEY": "protects nothing here",
        **more,
    }
