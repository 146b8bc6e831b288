"""Settings of the test project. MIZAN_TEST_DATABASE=postgres takes PGHOST, PGPORT and PGUSER."""

import os
from base64 import urlsafe_b64encode
from typing import Any

SECRET_KEY = "only-for-tests-" + "x" * 40
DEBUG = False
ALLOWED_HOSTS = ["testserver", "acme.testserver", "other.testserver"]
ROOT_URLCONF = "project.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
LANGUAGES = [("en", "English"), ("de", "German")]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.sessions",
    "mizan.django",
    "project.library",
    "project.orders",
]
# All tables are made at once: those of the library refer to those of the users.
MIGRATION_MODULES = {"admin": None, "auth": None, "contenttypes": None, "sessions": None}
MIDDLEWARE = [
    "mizan.django.middleware.MizanMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_DATABASES: dict[str, dict[str, Any]] = {
    "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "postgres": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "postgres"),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "USER": os.environ.get("PGUSER", "postgres"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
    },
}
# The tables are made without migrations: faster, and the library needs none.
for _database in _DATABASES.values():
    _database["TEST"] = {"MIGRATE": False}
DATABASES = {
    "default": _DATABASES[os.environ.get("MIZAN_TEST_DATABASE", "sqlite")],
    "other": {**_DATABASES["sqlite"], "TEST": {"MIGRATE": False}},
}

TOKEN_SECRET = b"the tests' own token secret, 32 bytes and more"
MIZAN_MWT_KEYS = [
    {
        "kty": "oct",
        "kid": "one",
        "alg": "HS256",
        "k": urlsafe_b64encode(TOKEN_SECRET).rstrip(b"=").decode(),
    }
]
MIZAN_PKEY_SECRET = "the tests' own pkey secret, 32 bytes and more"
