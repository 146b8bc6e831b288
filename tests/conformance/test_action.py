"""The step of GitHub Actions runs the suite and shows what came of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ACTION = (ROOT / "conformance" / "action" / "action.yml").read_text("utf-8")
PORT = f"{sys.executable} '{ROOT / 'conformance/ports/python/port.py'}'"


def script() -> str:
    """Return the text of the step that runs the suite."""
    found = re.search(r"      run: \|\n((?:        .*\n|\n)+)", ACTION)
    assert found
    return "\n".join(line[8:] for line in found[1].splitlines())


@pytest.mark.parametrize(
    ("port", "status", "said"),
    [(PORT, 0, "PASS: "), ("echo hello", 1, "FAIL: "), ("no-such-command", 1, "FAIL: ")],
)
def test_the_step(tmp_path: Path, port: str, status: int, said: str) -> None:
    summary = tmp_path / "summary.md"
    own = {
        "PORT": port,
        "SELECT": "key canonical",
        "BASELINE": "",
        "REPORTS": str(tmp_path / "reports"),
        "GITHUB_STEP_SUMMARY": str(summary),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script()],
        env=os.environ | own,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, done.stderr
    assert said in summary.read_text()
    endings = {path.suffix for path in (tmp_path / "reports").iterdir()}
    assert endings == {".html", ".json", ".xml", ".md", ".svg"}


def test_every_variable_is_an_input_or_the_runners() -> None:
    inputs = set(re.findall(r"^  ([a-z]+):\n    description", ACTION, re.MULTILINE))
    used = set(re.findall(r"\$\{\{ inputs\.([a-z]+) \}\}", ACTION))
    assert inputs == used
    assert "${{" not in script()
