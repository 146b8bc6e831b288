"""The Django app: imports each app's declarations and gives the registry its host."""

from __future__ import annotations

from importlib.util import find_spec

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import autodiscover_modules

from mizan.server.host import Host
from mizan.server.registry import registry


class MizanConfig(AppConfig):
    """Mizan in INSTALLED_APPS."""

    name = "mizan.django"
    label = "mizan"
    verbose_name = "Mizan"

    def ready(self) -> None:
        """Discover declarations; register checks; follow changed settings."""
        from mizan.django import (  # noqa: F401 (checks)
            cache_checks,
            checks,
            conf,
            edge_checks,
            edge_worker,
            event_checks,
            outbox,
            replicas,
        )

        registry.host = _host
        autodiscover_modules(conf.usable("MIZAN_MODULE"))
        outbox.connect()
        edge_worker.connect()
        replicas.watch()
        if find_spec("prometheus_client"):
            from mizan.django import metrics

            metrics.register()
        setting_changed.connect(_changed, dispatch_uid="mizan.settings")


def _host() -> Host:
    """Return the host of the project. Raises ImproperlyConfigured without Mizan's URLs."""
    from mizan.django import checks
    from mizan.django.check_table import KNOWN
    from mizan.django.host import DjangoHost

    base_url = checks.base_url()
    if base_url is None:
        said = KNOWN[checks.NOT_INCLUDED]
        raise ImproperlyConfigured(f"{said.finds} {said.fix}")
    return DjangoHost(base_url)


def _changed(*, setting: str, **_: object) -> None:
    """Forget what was made of a setting that changed (in tests)."""
    from mizan.django import (
        auth,
        cache_settings,
        conf,
        edge_settings,
        edge_worker,
        event_broker,
        event_settings,
        event_streams,
        origin_cache,
        purgers,
    )

    if setting.startswith(("MIZAN_", "CSRF_", "DATABASE")) or setting == "ROOT_URLCONF":
        edge_worker.stop()
        conf.forget()
        auth.forget()
        cache_settings.forget()
        edge_settings.forget()
        event_settings.forget()
        event_broker.forget()
        event_streams.forget()
        origin_cache.forget()
        purgers.forget()
        registry.reset()
