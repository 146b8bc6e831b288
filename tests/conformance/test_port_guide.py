"""docs/port.md is true: its files and commands, taken in their order, make a port that passes."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "port.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(python|sh)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_its_steps_work(tmp_path: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = 0
    for language, text in BLOCKS:
        if language == "python":
            first = text.partition("\n")[0]
            (tmp_path / first.removeprefix("# ")).write_text(text, "utf-8")
            continue
        for command in text.splitlines():
            done = subprocess.run(
                shlex.split(command), cwd=tmp_path, env=environment, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            ran += 1
    assert ran == 8
    assert "<svg" in (tmp_path / "badge.svg").read_text("utf-8")
    # The step with something unfinished is one: a baseline of nothing would show nothing.
    assert '"id"' in (tmp_path / "known.json").read_text("utf-8")
