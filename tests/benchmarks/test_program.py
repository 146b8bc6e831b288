"""benchmarks/harness/program.py and all.py: what is no row is refused; SIGTERM leaves nobody."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from harness.program import Program
from harness.rows import Row

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
MEASURES = """
import subprocess
from harness.program import Program

program = Program("one", "")
with subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL) as server:
    try:
        print(server.pid, flush=True)
        server.wait()
    finally:
        server.terminate()
"""
RUNS = """
import sys
from pathlib import Path
from harness import all as every

every.PROGRAMS = ("one",)
every.program_of = lambda name: Path("one.py")
sys.argv[1:] = ["all", "--out", "out", "--only", "one"]
every.main()
"""


def test_a_value_that_measures_nothing_is_refused_by_name() -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        program = Program("calls", "")
    finally:
        signal.signal(signal.SIGTERM, before)
    with pytest.raises(SystemExit, match=r"^Calls, plain: ninja 0 \(µs\); a value is a number"):
        program.add(Row("Calls", "plain", "µs", {"mizan": 1.0, "ninja": 0.0}))
    assert program.rows == []


@pytest.mark.parametrize("name", ["one", "all"])
def test_sigterm_ends_the_servers_too(name: str, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(MEASURES)
    (tmp_path / "all.py").write_text(RUNS)
    process = subprocess.Popen(
        [sys.executable, f"{name}.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(BENCHMARKS)},
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    server = int(process.stdout.readline())
    process.terminate()
    process.communicate()  # until all who have its output are gone
    assert process.returncode == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
