"""Work that runs anew after each change (mizan/django/management/watch.py)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ENOUGH = 120  # seconds, for a machine under load

SETTINGS = """
SECRET_KEY = "for tests alone"
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["mizan.django", "pets"]
MIDDLEWARE = ["mizan.django.middleware.MizanMiddleware"]
MIZAN_CACHE = {"BACKEND": None}
USE_TZ = True
"""
URLS = """
from django.urls import include, path

urlpatterns = [path("m/", include("mizan.django.urls"))]
"""
FUNCTIONS = """
from mizan.django import client

@client
def {name}(request) -> int:
    return 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with one function."""
    (tmp_path / "settings.py").write_text(SETTINGS)
    (tmp_path / "urls.py").write_text(URLS)
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets/__init__.py").write_text("")
    (tmp_path / "pets/mizan.py").write_text(FUNCTIONS.format(name="feed"))
    return tmp_path


@pytest.fixture
def watching(project: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "django", "mizan_codegen", "--out", "out", "--watch"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTHONPATH": os.pathsep.join([str(project), *filter(None, sys.path)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with (project / "log").open("wb") as log:
        run = subprocess.Popen(
            command, cwd=project, env=environment, stderr=log, stdout=log, start_new_session=True
        )
        yield run
        with suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)  # with what it started
        run.wait()


def wait(project: Path, there: Callable[[], bool]) -> None:
    """Wait; save the code again and again, as what is saved before the first look is not seen."""
    end = time.monotonic() + ENOUGH
    while not there():
        assert time.monotonic() < end, (project / "log").read_text()
        time.sleep(0.5)
        if (project / "out/client.ts").exists():
            os.utime(project / "pets/mizan.py")


@pytest.mark.slow
def test_the_client_follows_the_code(project: Path, watching: subprocess.Popen[bytes]) -> None:
    path, code = project / "out/client.ts", project / "pets/mizan.py"

    def shows(text: str) -> Callable[[], bool]:
        return lambda: path.exists() and text in path.read_text()

    wait(project, shows("export const feed:"))
    code.write_text(FUNCTIONS.format(name="stroke"))
    wait(project, shows("export const stroke:"))
    code.write_text("def half(")
    wait(project, lambda: "SyntaxError" in (project / "log").read_text())
    code.write_text(FUNCTIONS.format(name="walk"))
    wait(project, shows("export const walk:"))
    watching.send_signal(signal.SIGTERM)
    assert watching.wait(ENOUGH) == 0
