"""mizan.django.apps: what happens when Django starts."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import types
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from mizan.django.host import DjangoHost
from mizan.server.registry import registry

HERE = Path(__file__).parent


def test_the_app_is_mizan() -> None:
    config = apps.get_app_config("mizan")
    assert (config.name, config.verbose_name) == ("mizan.django", "Mizan")


def test_each_apps_module_was_imported_at_start_up() -> None:
    assert "project.library.mizan" in sys.modules
    assert {"shelf", "rename_book"} <= {each.name for each in registry.functions}


@pytest.mark.parametrize(("module", "found"), [("mizan", True), ("declarations", False)])
def test_the_name_of_the_module_is_a_setting(module: str, found: bool) -> None:
    program = textwrap.dedent(f"""
        import sys
        from project import settings
        settings.MIZAN_MODULE = {module!r}
        import django
        django.setup()
        print("project.library.mizan" in sys.modules)
    """)
    path = [str(HERE), str(HERE.parent.parent)]
    found_there = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path}\n{program}"],
        capture_output=True,
        text=True,
        check=True,
        env={"DJANGO_SETTINGS_MODULE": "project.settings"},
    )
    assert found_there.stdout == f"{found}\n"


def test_the_host_knows_where_the_urls_are() -> None:
    host = registry.catalog.host
    assert isinstance(host, DjangoHost)
    assert host.base_url == "/api/mizan/"


def test_without_the_urls_there_is_no_catalog() -> None:
    urls = types.ModuleType("empty")
    urls.urlpatterns = []  # type: ignore[attr-defined]
    with (
        override_settings(ROOT_URLCONF=urls),
        pytest.raises(ImproperlyConfigured, match=r'include\("mizan.django.urls"\)'),
    ):
        _ = registry.catalog


@pytest.mark.parametrize(
    ("setting", "value", "attribute"),
    [
        ("MIZAN_EDGE", True, "edge"),
        ("MIZAN_BODY_LIMIT", 2048, "body_limit"),
        ("CSRF_USE_SESSIONS", True, "csrf_blocks"),
    ],
)
def test_the_catalog_follows_the_settings(setting: str, value: object, attribute: str) -> None:
    before = getattr(registry.catalog.host, attribute)
    with override_settings(**{setting: value}):
        assert getattr(registry.catalog.host, attribute) == value
    assert getattr(registry.catalog.host, attribute) == before != value


def test_a_setting_of_others_leaves_the_catalog() -> None:
    before = registry.catalog
    with override_settings(DEBUG=True, LANGUAGE_CODE="de"):
        assert registry.catalog is before
