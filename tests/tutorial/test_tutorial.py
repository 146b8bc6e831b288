"""docs/tutorial.md is true: its files and commands, in order, make a page that follows changes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CONFIG = {
    "extends": str(ROOT / "tsconfig.base.json"),
    "compilerOptions": {"noEmit": True, "jsx": "react-jsx", "types": ["node"]},
    "include": ["frontend"],
}


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_its_steps_work(tmp_path: Path) -> None:
    said = run(
        *(sys.executable, HERE / "follow.py", "--here", "--browser", "--in", tmp_path), cwd=ROOT
    )
    assert said.count("\n$ ") == 22
    assert said.count(" left.\n") == 3  # what Chromium showed
    # Its bundler does not look at types.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "tsconfig.json").write_text(json.dumps(CONFIG))
    run(ROOT / "node_modules" / ".bin" / "tsc", "--project", ".", cwd=tmp_path)
