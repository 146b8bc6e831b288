"""Settings of the example. Everything about Mizan is in the last block.

The environment may say:

- DATABASE_URL: `postgres://user:password@host:port/name`, or `sqlite:///path`. Default: SQLite, in
  the file `shop.sqlite3` beside manage.py.
- REDIS_URL: `redis://host:port/0` keeps replies there, and tells all workers of what becomes
  stale. Default: in memory, for one process.
- SHOP_EDGE: `1` says that an edge which purges stands in front, such as Varnish with the VCL that
  `mizan edge vcl` writes. Without it nobody is told to keep anything.
- CELERY_BROKER_URL: `redis://host:port/1` hands tasks to workers (`celery -A shop worker`).
  Default: tasks run at once.
- SHOP_SECRET: at least 50 characters. Without it a key that everybody knows is used: fine on your
  own machine, nowhere else.
- SHOP_DEBUG: `0` switches debugging off.
"""

import os
from pathlib import Path
from typing import Any

from shop.database import database
from shop.secrets import derived, signing_key, token_key

BASE_DIR = Path(__file__).resolve().parent.parent
NODE_MODULES = BASE_DIR.parent.parent / "node_modules"

SECRET_KEY = os.environ.get(
    "SHOP_SECRET", "the-example-on-your-own-machine-keeps-no-secrets-at-all"
)
DEBUG = os.environ.get("SHOP_DEBUG", "1") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "[::1]", "localhost", ".localhost"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "mizan.django",
    "store",
]
MIDDLEWARE = [
    "mizan.django.middleware.MizanMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "shop.tenants.TenantMiddleware",
]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
ASGI_APPLICATION = "shop.asgi.application"
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
DATABASES = {"default": database(os.environ.get("DATABASE_URL"), BASE_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
# htmx and Mizan's runtime are npm packages of the repository: nothing is fetched from elsewhere.
# `npm run build` makes the page that React draws.
_STATIC = [
    ("htmx", NODE_MODULES / "htmx.org/dist"),
    ("mizan", NODE_MODULES / "@mizan/runtime/dist"),
    ("app", BASE_DIR / "frontend/dist"),
]
STATICFILES_DIRS = [(prefix, path) for prefix, path in _STATIC if path.is_dir()]

# One shop per subdomain: north.localhost:8000 and south.localhost:8000.
TENANTS = {"north": "North Street Coffee", "south": "South Pier Tea"}
DEFAULT_TENANT = "north"
# Without a broker a task runs where it is called.
CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL")
CELERY_TASK_ALWAYS_EAGER = not CELERY_BROKER_URL
CELERY_TASK_EAGER_PROPAGATES = True
# What the payment provider signs its webhooks with.
PAYMENT_SECRET = derived(SECRET_KEY, "payments")

# Public contexts may see which shop was asked for; nothing else of a request.
MIZAN_CACHE: dict[str, Any] = {"VARY": {"tenant": "shop.tenants.facet"}}
if url := os.environ.get("REDIS_URL"):
    MIZAN_CACHE |= {"BACKEND": "redis", "URL": url, "SECRET": derived(SECRET_KEY, "cache")}
else:
    SILENCED_SYSTEM_CHECKS = ["mizan.W006", "mizan.W010"]  # one process has one cache, one broker
# Open pages follow what others change, under ASGI.
MIZAN_EVENTS = {"BROKER": os.environ.get("REDIS_URL", "memory")}
MIZAN_IDENTITY_PARAMS = ["user_id", "customer_id"]
MIZAN_VIEW_URLS = {"product": ["/p/:product_id/"]}
MIZAN_MWT_KEYS = [token_key(SECRET_KEY, "example-1")]
MIZAN_EDGE: dict[str, Any] | bool = False
if os.environ.get("SHOP_EDGE") == "1":
    MIZAN_EDGE = {"KEYED": ["tenant"]}  # its key has the host, which says which shop
    MIZAN_MWT_KEYS.insert(0, signing_key(SECRET_KEY, "example-2"))  # it may verify, and not sign
MIZAN_PKEY_SECRET = derived(SECRET_KEY, "pkey")
