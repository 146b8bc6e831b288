"""The plugin costs nothing where it is not used, and works where pytest alone loads it."""

import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PLUGIN = "mizan.testing.pytest_plugin"

PROJECT = """
import django, sys
from django.conf import settings

settings.configure(
    SECRET_KEY="x" * 50,
    ROOT_URLCONF="urls",
    INSTALLED_APPS=["mizan.django"],
    MIDDLEWARE=["mizan.django.middleware.MizanMiddleware"],
    ALLOWED_HOSTS=["testserver"],
)
django.setup()
"""
URLS = """
from django.urls import include, path

urlpatterns = [path("m/", include("mizan.django.urls"))]
"""
TESTS = """
import asyncio
from mizan.django import client

@client(context="sum")
async def total(request, left: int, right: int) -> int:
    return left + right

def test_sync(mizan_client):
    assert mizan_client.read("sum", left=1, right=2)["total"] == 3

def test_async(async_mizan_client):
    async def ask():
        return await async_mizan_client.read("sum", left=1, right=2)

    assert asyncio.run(ask())["total"] == 3

def test_declares(mizan_client):
    @client
    def extra(request) -> int:
        return 1

    assert mizan_client.call("extra").result == 1

def test_no_longer_declared(mizan_client):
    assert mizan_client.call("extra").status == 404
    assert mizan_client.read("sum", left=1, right=2)["total"] == 3
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_package_names_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"]["mizan"] == PLUGIN
    assert import_module(PLUGIN).__name__ == PLUGIN


def test_loading_imports_nothing_heavy() -> None:
    heavy = ("django", "hypothesis", "jsonschema", "pydantic", "asgiref", "mizan.protocol")
    code = f"import {PLUGIN}, sys; print(*[name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.slow
def test_the_fixtures_need_pytest_and_django_alone(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(PROJECT)
    (tmp_path / "urls.py").write_text(URLS)
    (tmp_path / "test_it.py").write_text(TESTS)
    done = run(tmp_path, "-q")
    assert "4 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_tests_without_django_do_not_need_it(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("import sys\nsys.modules['django'] = None\n")
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    done = run(tmp_path, "-q")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_without_settings_the_fixture_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it(mizan_client):\n    pass\n")
    done = run(tmp_path, "-q")
    assert "1 error" in done.stdout
    assert "mizan_client needs a Django project" in done.stdout
