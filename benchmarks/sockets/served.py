"""Django's settings and both applications of one contender, which SOCKETS_APP names.

For gunicorn `served:wsgi`, for uvicorn `served:asgi`. The settings are the same for all, but that
each has its own app installed, and Mizan its own middleware. Mizan's origin cache is off, for the
others have none.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

sys.path.append(str(Path(__file__).resolve().parents[1]))

from contenders.site import DEFAULT_MIDDLEWARE, MIZAN_MIDDLEWARE, site

APP = os.environ["SOCKETS_APP"]
_APPS = {"mizan": ["mizan.django"], "ninja": ["ninja"], "drf": ["rest_framework"]}
_OWN = [MIZAN_MIDDLEWARE] if APP == "mizan" else []
settings.configure(
    **site(
        *_APPS.get(APP, []),
        MIDDLEWARE=_OWN + DEFAULT_MIDDLEWARE,
        ROOT_URLCONF=f"apps.{APP}",
    )
)

from django.core.asgi import get_asgi_application  # noqa: E402 (needs the settings)
from django.core.wsgi import get_wsgi_application  # noqa: E402

wsgi: Any = get_wsgi_application()
asgi: Any = get_asgi_application()
