"""The ASGI application: `uvicorn shop.asgi:application`."""

import os

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_asgi_application()
if settings.DEBUG:  # elsewhere the web server in front serves them
    application = ASGIStaticFilesHandler(application)
