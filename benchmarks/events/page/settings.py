"""Settings of the site that the benchmark of streams asks."""

import os
from base64 import urlsafe_b64encode

CONTENDER, FOLDER = os.environ["EVENTS_CONTENDER"], os.environ["EVENTS_FOLDER"]
REDIS = os.environ.get("EVENTS_REDIS")

SECRET_KEY = "protects nothing here"  # noqa: S105 (see its value)
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "page.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "mizan.django",
    "page",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if CONTENDER == "mizan":
    MIDDLEWARE.insert(0, "mizan.django.middleware.MizanMiddleware")
if CONTENDER == "django-eventstream":
    INSTALLED_APPS.append("django_eventstream")
    if REDIS:
        host, _, port = REDIS.removeprefix("redis://").removesuffix("/0").partition(":")
        EVENTSTREAM_REDIS = {"host": host, "port": int(port), "db": 0}
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{FOLDER}/page.sqlite3",
        "OPTIONS": {"init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF"},
    }
}
MIZAN_CACHE = {"BACKEND": "memory"}
MIZAN_EVENTS = {"BROKER": REDIS or "memory"}
MIZAN_MWT_TTL = 3600
MIZAN_MWT_KEYS = [
    {"kty": "oct", "kid": "one", "alg": "HS256", "k": urlsafe_b64encode(b"t" * 33).decode()}
]
MIZAN_PKEY_SECRET = "p" * 32
