"""The Django app: imports each app's declarations and gives the registry its host."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.signals import setting_changed
from django.utils.module_loading import autodiscover_modules

from mizan.server.registry import registry


class MizanConfig(AppConfig):
    """Mizan in INSTALLED_APPS."""

    name = "mizan.django"
    label = "mizan"
    verbose_name = "Mizan"

    def ready(self) -> None:
        """Discover declarations; register checks; follow changed settings."""
        from mizan.django import checks, conf  # noqa: F401 (registers the checks)

        registry.host = _host
        autodiscover_modules(conf.get("MIZAN_MODULE"))
        setting_changed.connect(_changed, dispatch_uid="mizan.settings")


def _host() -> object:
    from django.urls import reverse

    from mizan.django.host import DjangoHost

    return DjangoHost(reverse("mizan:call").removesuffix("call/"))


def _changed(*, setting: str, **_: object) -> None:
    """Make the catalog anew where a setting that it depends on changed (in tests)."""
    if setting.startswith("MIZAN_") or setting in ("ROOT_URLCONF", "DEBUG"):
        registry.reset()
