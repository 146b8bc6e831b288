"""Common operations do no more work than is stored: instructions and calls, not seconds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "benchmarks" / "counts.py"
STORED = json.loads((ROOT / "benchmarks" / "counts.json").read_text())
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.mark.skipif(PYTHON not in STORED, reason="nothing is stored for this Python")
def test_no_operation_does_more_than_is_stored(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    done = subprocess.run(
        [sys.executable, PROGRAM, "--json", found], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(found.read_text()).keys() == STORED[PYTHON].keys()


def test_what_grew_is_named_with_how_much_and_what_was_stored() -> None:
    from counts import grown

    known = {"key": {"instructions": 400, "calls": 20}, "hit": {"instructions": 100, "calls": 9}}
    found = {"key": {"instructions": 420, "calls": 20}, "hit": {"instructions": 101, "calls": 8}}
    assert grown(known, found) == ["key: 420 instructions, 5.0% more than the 400 stored"]


def test_an_operation_of_which_nothing_is_stored_is_named() -> None:
    from counts import grown

    assert grown({}, {"key": {"calls": 5}}) == ["key: 5 calls, and none are stored"]


def test_work_is_counted_as_it_grows() -> None:
    from counts import calls, instructions

    def work(times: int) -> list[str]:
        return [str(each) for each in range(times)]

    assert instructions(lambda: work(20)) > instructions(lambda: work(10))
    assert calls(lambda: work(20)) == calls(lambda: work(20))
    assert calls(lambda: [len("a"), len("b")]) == calls(lambda: [len("a")]) + 1
