"""docs/guides/htmx.md: its server answers so, and its page does in Chromium what it says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from guide import ROOT, environment, notes, play, run
from servers import HOST, free_ports, wait_for

# What the guide leaves to Django: templates, and its script as a bundler would make it.
_SETTINGS = """
STATIC_URL = "static/"
INSTALLED_APPS += ["django.contrib.staticfiles"]
STATICFILES_DIRS = ["static"]
DEBUG = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
"""
_BUILD = """
import { build } from "esbuild";
const alias = { "@mizan/runtime": "ROOT/packages/runtime/src" };
await build({ entryPoints: ["frontend/src/page.ts"], bundle: true, format: "esm", alias,
  outfile: "static/page.js" });
"""
_FILL = (
    "python manage.py migrate --run-syncdb --verbosity 0 &&"
    'python manage.py shell -c "from notes.models import Board; Board.objects.create(pk=1)"'
)


def _browser() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, "there is no Chromium on this machine: scripts/test installs it"
    return found


@pytest.mark.server
@pytest.mark.slow
def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servers.PATIENCE", 90)
    folder = notes(tmp_path)
    play("guides/htmx.md", folder)
    with (folder / "settings.py").open("a") as settings:
        settings.write(_SETTINGS)
    static = folder / "static"
    static.mkdir()
    shutil.copy(ROOT / "node_modules/htmx.org/dist/htmx.min.js", static)
    (folder / "build.mjs").write_text(_BUILD.replace("ROOT", str(ROOT)))
    done = run(folder, f"python -m pytest -q notes/test_htmx.py && node build.mjs && {_FILL}")
    assert done.returncode == 0, done.stdout + done.stderr
    (port,) = free_ports(1)
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"{HOST}:{port}"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment(folder), stdout=log, stderr=log
        )
    try:
        url = f"http://{HOST}:{port}"
        ask = f"curl -sf {url}/boards/1/notes/ -o body"
        wait_for("an answer of the page's server", lambda: run(folder, ask).returncode == 0)
        shutil.copy(Path(__file__).parent / "page.mjs", folder)
        seen = run(folder, f"node page.mjs {url} {_browser()}")
    finally:
        server.terminate()
        server.wait()
    assert seen.returncode == 0, seen.stderr + (folder / "log").read_text()
    assert json.loads(seen.stdout) == [
        "GET /boards/1/page/",
        "POST /boards/1/add/",
        "GET /boards/1/notes/",
        "another board",
        "the whole context",
        "GET /boards/1/notes/",
        "everything",
        "GET /boards/1/notes/",
    ]
