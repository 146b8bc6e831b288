"""docs/tutorial.md is true: its files and commands, in order, make a page that follows changes."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLLOW = Path(__file__).with_name("follow.py")


@pytest.mark.slow
def test_its_steps_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, FOLLOW, "--here", "--browser", "--in", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n$ ") == 19
