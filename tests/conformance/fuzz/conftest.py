"""What the tests of the fuzzer share: ports, right and almost right, and a run of it."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.fuzz.run import fuzz

# A port that is right but for one thing: {} is replaced by a statement that changes `answer`.
ALMOST = """
import json, os, sys, time
from mizan_conformance.python_port import answer as right, hello
for line in sys.stdin.buffer:
    request = json.loads(line)
    answer = json.loads(right(line))
    input_ = request["input"]
    targets = answer.get("ok", {{}}).get("targets")
    field = input_.get("field")
    {}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def almost(tmp_path: Path) -> Callable[[str], list[str]]:
    """Give the command of a port that is wrong in one way."""

    def almost(statement: str) -> list[str]:
        path = tmp_path / "port.py"
        path.write_text(ALMOST.format(statement))
        return [sys.executable, str(path)]

    return almost


@pytest.fixture
def right() -> list[str]:
    """Give the command of a port that is right."""
    return [sys.executable, "-m", "mizan_conformance.python_port"]


@pytest.fixture
def run() -> Callable[..., tuple[Any, str]]:
    """Give what runs the fuzzer: it returns what was found, and what was said."""

    def run(command: list[str], topic: str = "header", **options: Any) -> tuple[Any, str]:
        stream = io.StringIO()
        examples, seed = options.pop("examples", 600), options.pop("seed", 7)
        found = fuzz(topic, command, examples, seed, stream=stream, **options)
        return found, stream.getvalue()

    return run
