"""The port over the TypeScript core passes everything, and its codec agrees with Python's."""

import io
import shutil
from pathlib import Path

import pytest

from mizan_conformance.fuzz.run import fuzz
from mizan_conformance.fuzz.topics import TOPICS
from mizan_conformance.report import render
from mizan_conformance.run import run_suite

FOLDER = Path(__file__).resolve().parent.parent.parent / "conformance" / "ports" / "typescript"
PORT = FOLDER / "dist" / "port.js"


@pytest.fixture
def command() -> list[str]:
    """The command of the built port: scripts/setup gets Node and builds it."""
    node = shutil.which("node")
    assert node, "there is no node on PATH: scripts/setup gets it"
    assert PORT.is_file(), "the port is not built: npm run build"
    return [node, str(PORT)]


def test_it_passes_everything(command: list[str]) -> None:
    report = run_suite(command)
    assert report.passed, render(report)
    assert report.count("skipped") == 0


@pytest.mark.parametrize("topic", TOPICS)
def test_it_answers_as_the_python_core_does(command: list[str], topic: str) -> None:
    stream = io.StringIO()
    assert fuzz(topic, command, 3000, 1, stream=stream) is None, stream.getvalue()
