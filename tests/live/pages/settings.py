"""Settings of the site; LIVE_FOLDER has its database, LIVE_EVENTS is MIZAN_EVENTS as JSON."""

import json
import os
from base64 import urlsafe_b64encode

SECRET_KEY = "only-for-tests-" + "x" * 40
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "pages.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "mizan.django",
    "pages",
]
MIDDLEWARE = [
    "mizan.django.middleware.MizanMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(os.environ["LIVE_FOLDER"], "db.sqlite3"),  # noqa: PTH118 (text)
        "OPTIONS": {"timeout": 20, "init_command": "PRAGMA journal_mode = WAL"},
    }
}
MIZAN_CACHE = {"BACKEND": None}
MIZAN_EVENTS = json.loads(os.environ["LIVE_EVENTS"])
MIZAN_MWT_TTL = 3600
MIZAN_MWT_KEYS = [
    {"kty": "oct", "kid": "one", "alg": "HS256", "k": urlsafe_b64encode(b"t" * 33).decode()}
]
MIZAN_PKEY_SECRET = "p" * 32
