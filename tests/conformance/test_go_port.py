"""The port in Go, built from SPEC.md alone, passes what it declares and agrees with the core."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mizan_conformance.fuzz.run import fuzz
from mizan_conformance.fuzz.topics import TOPICS
from mizan_conformance.report import render
from mizan_conformance.run import run_suite

FOLDER = Path(__file__).resolve().parent.parent.parent / "conformance" / "ports" / "go"

# scripts/test gets Go (need_go); the quick run does without.
pytestmark = pytest.mark.server


def go(*arguments: str) -> str:
    """Run the Go tool in the port's folder; nothing is ever downloaded."""
    program = shutil.which("go")
    assert program, "there is no go on PATH (Debian, Ubuntu: sudo apt-get install golang-go)"
    environment = {**os.environ, "GOPROXY": "off", "GOFLAGS": "-buildvcs=false"}
    done = subprocess.run(
        [program, *arguments], cwd=FOLDER, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command of the port, built afresh."""
    binary = tmp_path_factory.mktemp("go") / "port"
    go("build", "-o", str(binary), ".")
    return [str(binary)]


def test_it_passes_what_it_declares(command: list[str]) -> None:
    report = run_suite(command)
    assert report.passed, render(report)
    # All but `validate`, which needs a validator of JSON Schema.
    assert {r.vector.topic for r in report.results if r.status == "skipped"} == {"validate"}


@pytest.mark.parametrize("topic", TOPICS)
def test_it_answers_as_the_python_core_does(command: list[str], topic: str) -> None:
    stream = io.StringIO()
    assert fuzz(topic, command, 1000, 1, stream=stream) is None, stream.getvalue()


def test_its_source_is_formatted_and_vetted() -> None:
    assert go("vet", ".") == ""
    gofmt = shutil.which("gofmt")
    assert gofmt, "there is no gofmt beside go"
    done = subprocess.run([gofmt, "-l", "."], cwd=FOLDER, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
