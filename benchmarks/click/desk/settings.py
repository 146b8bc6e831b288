"""Its settings. CLICK_DATABASE is the file of the database."""

import os
from typing import Any

SECRET_KEY = "protects nothing here " + "x" * 40
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "desk.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["mizan.django", "desk"]
MIDDLEWARE = [
    "mizan.django.middleware.MizanMiddleware",
    "django.middleware.common.CommonMiddleware",
]
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("CLICK_DATABASE", ":memory:"),
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode=wal; PRAGMA synchronous=normal",
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
        },
        "CONN_MAX_AGE": None,
    }
}
SILENCED_SYSTEM_CHECKS = ["mizan.W006"]  # it runs in one process, which has one cache
