"""`pytest --mizan-audit`, in a project of its own: alone, with workers, with a baseline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

FILES = {
    "settings.py": """
SECRET_KEY = "x" * 50
INSTALLED_APPS = ["mizan.django", "notes"]
MIDDLEWARE = ["mizan.django.middleware.MizanMiddleware"]
ROOT_URLCONF = "urls"
ALLOWED_HOSTS = ["testserver"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "x.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
""",
    "urls.py": """
from django.urls import include, path

urlpatterns = [path("m/", include("mizan.django.urls"))]
""",
    "notes/__init__.py": "",
    "notes/models.py": """
from django.db import models


class Note(models.Model):
    text = models.CharField(max_length=9)
""",
    "notes/mizan.py": """
from mizan.django import client
from notes.models import Note


@client(context="notes")
def notes(request) -> int:
    return Note.objects.count()


@client
def add(request) -> None:
    Note.objects.create(text="x")
""",
    "test_it.py": """
import pytest

pytestmark = pytest.mark.django_db


def test_reads(mizan_client):
    assert mizan_client.read("notes").status == 200


def test_writes(mizan_client):
    assert mizan_client.call("add").status == 200
""",
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\npythonpath = .\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options],
        cwd=project,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_alone_with_workers_and_with_a_baseline(project: Path) -> None:
    assert "Mizan audit" not in run(project).stdout
    done = run(project, "--mizan-audit")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "add inserts into notes_note, which notes reads" in done.stdout
    assert "    written at notes/mizan.py:13" in done.stdout
    assert "1 finding." in done.stdout
    with_workers = run(project, "-n", "2", "--mizan-audit-check", "--mizan-audit-record=seen.json")
    assert with_workers.returncode == 1
    assert "1 finding." in with_workers.stdout
    assert json.loads((project / "seen.json").read_text())["read"] == [["notes", "notes", 1]]
    (project / "known.txt").write_text("undeclared add notes\n")
    known = run(project, "--mizan-audit-check", "--mizan-audit-baseline=known.txt")
    assert known.returncode == 0
    assert "0 findings, 1 in the baseline." in known.stdout
