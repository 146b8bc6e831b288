"""The app on the server in TypeScript passes everything, as it does on Django."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from mizan.resources import app_dir
from mizan_conformance.http.run import all_cases, run_http, vectors

PROGRAM = app_dir() / "typescript" / "dist" / "serve.js"


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of the app: scripts/setup gets Node and builds it."""
    node = shutil.which("node")
    assert node, "there is no node on PATH: scripts/setup gets it"
    assert PROGRAM.is_file(), "the app is not built: npm run build"
    command = [node, str(PROGRAM), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.mark.server
def test_it_passes(url: str) -> None:
    report = run_http(url)
    bad = [f"{each.vector.id}: {each.detail}" for each in report.results if each.detail]
    assert report.passed, "\n".join(bad)
    assert report.count("passed") == len(vectors(all_cases()))
