"""Settings of the conformance app. Its keys and passwords are public: they guard nothing.

Invariant: what the suite has to know too is read from server.json.
"""

import json
from pathlib import Path
from typing import Any

SERVER: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "server.json").read_text("utf-8")
)

SECRET_KEY = "public-test-key-of-the-conformance-app-that-guards-nothing"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "[::1]", "localhost"]
ROOT_URLCONF = "conformance_app.urls"
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "mizan.django",
    "conformance_app",
]
MIDDLEWARE = [
    "mizan.django.middleware.MizanMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
# Nothing is in the database but transactions: users and sessions are without a table.
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
AUTHENTICATION_BACKENDS = ["conformance_app.users.Backend"]
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
CSRF_COOKIE_NAME = SERVER["csrf"]["cookie"]
CSRF_HEADER_NAME = "HTTP_" + SERVER["csrf"]["header"].upper().replace("-", "_")
# One process serves, so it may keep replies in its memory, and needs no table of an outbox.
SILENCED_SYSTEM_CHECKS = ["mizan.W006", "mizan.W009"]

MIZAN_VIEW_URLS = {"board": ["/pages/boards/:board_id/"], "me": ["/pages/me/"]}
MIZAN_BODY_LIMIT = SERVER["body_limit"]
MIZAN_MWT_KEYS = SERVER["tokens"]["keys"]
MIZAN_MWT_AUDIENCE = SERVER["tokens"]["audience"]
MIZAN_PKEY_SECRET = SERVER["tokens"]["pkey_secret"]
