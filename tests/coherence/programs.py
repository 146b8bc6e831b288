"""Runs the programs of benchmarks/coherence/ as a person does, and reads what they found."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "coherence"
LONGEST = 240.0
"""Seconds after which a program is taken to hang."""


@dataclass(frozen=True)
class Outcome:
    """The exit code, what was found (from --json), and everything that was said."""

    code: int
    data: dict[str, Any]
    said: str


def run(name: str, *options: str) -> Outcome:
    """Run a program with --json."""
    command = [sys.executable, str(FOLDER / f"{name}.py"), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    lines = done.stdout.splitlines()
    said = done.stdout + done.stderr
    assert lines, said
    return Outcome(done.returncode, json.loads(lines[-1]), said)
