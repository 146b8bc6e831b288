"""Its settings. The environment says which database and cache to take (`common.environment`)."""

import json
import os
from typing import Any

_GIVEN: dict[str, Any] = json.loads(os.environ.get("COHERENCE", "{}"))

SECRET_KEY = "protects nothing here " + "x" * 40
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "rows.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [*_GIVEN.get("apps", []), "mizan.django", "rows"]
MIDDLEWARE: list[str] = []
SILENCED_SYSTEM_CHECKS = ["cachalot.W001"]
if "sqlite" in _GIVEN:
    _DATABASE: dict[str, Any] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _GIVEN["sqlite"],
        "OPTIONS": {"init_command": "PRAGMA journal_mode=wal", "timeout": 20},
    }
else:
    _DATABASE = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "postgres"),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "USER": os.environ.get("PGUSER", "postgres"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "OPTIONS": {"options": "-c deadlock_timeout=20ms"},
    }
DATABASES = {"default": {**_DATABASE, "CONN_MAX_AGE": None}}
# `settings`: whatever else a program sets, such as MIZAN_CACHE or what a peer wants.
globals().update(_GIVEN.get("settings", {}))
