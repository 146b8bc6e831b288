"""The project: settings, URLs, tenants. `shared_task` takes the Celery application from here."""

from shop.celery import app

__all__ = ["app"]
