"""The WSGI application: `gunicorn shop.wsgi`."""

import os

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
if settings.DEBUG:  # elsewhere the web server in front serves them
    application = StaticFilesHandler(application)
