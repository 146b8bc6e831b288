"""Django's settings and both applications of one contender, which SOCKETS_APP names.

For gunicorn `served:wsgi`, for uvicorn `served:asgi`. The settings are the same for all, but that
each has its own app installed, and Mizan its own middleware. Mizan's origin cache is off, for the
others have none.
"""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings

APP = os.environ["SOCKETS_APP"]
_APPS = {"mizan": ["mizan.django"], "ninja": ["ninja"], "drf": ["rest_framework"]}
_OWN = ["mizan.django.middleware.MizanMiddleware"] if APP == "mizan" else []
_DEFAULT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
        *_APPS.get(APP, []),
    ],
    MIDDLEWARE=_OWN + _DEFAULT,
    MIZAN_CACHE={"BACKEND": None},
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    ROOT_URLCONF=f"apps.{APP}",
    SECRET_KEY="protects nothing here",  # noqa: S106 (see its value)
)

from django.core.asgi import get_asgi_application  # noqa: E402 (needs the settings)
from django.core.wsgi import get_wsgi_application  # noqa: E402

wsgi: Any = get_wsgi_application()
asgi: Any = get_asgi_application()
