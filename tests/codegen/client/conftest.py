"""What the tests of generated clients share: TypeScript's compiler and prettier."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_codegen.main import ROOT

_DIAGNOSTIC = re.compile(r"^(.+?)\((\d+),\d+\): error (TS\d+)", re.MULTILINE)

Found = list[tuple[str, int, str]]


@pytest.fixture
def tsc(tmp_path: Path) -> Callable[[], Found]:
    """Return what compiles the folder strictly: the errors there as (file, line, code)."""

    def run() -> Found:
        (tmp_path / "package.json").write_text('{"type": "module"}')
        packages = (ROOT / "packages").as_posix()
        options = {
            "noEmit": True,
            "types": [],
            "paths": {
                "@mizan/react": [f"{packages}/react/src/index.ts"],
                "@mizan/runtime": [f"{packages}/runtime/src/index.ts"],
                "@mizan/runtime/*": [f"{packages}/runtime/src/*.ts"],
            },
        }
        base = (ROOT / "tsconfig.base.json").as_posix()
        config = {"extends": base, "compilerOptions": options, "include": ["**/*.ts"]}
        (tmp_path / "tsconfig.json").write_text(json.dumps(config))
        command = [ROOT / "node_modules/.bin/tsc", "-p", tmp_path, "--pretty", "false"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 2), done.stdout + done.stderr
        found = [(file, int(line), code) for file, line, code in _DIAGNOSTIC.findall(done.stdout)]
        return [each for each in found if not each[0].startswith("..")]

    assert shutil.which("node"), "run scripts/setup first"
    return run


@pytest.fixture
def prettier(tmp_path: Path) -> Callable[[], str]:
    """Return what says which files of the folder prettier would change."""

    def run() -> str:
        command = [
            *(ROOT / "node_modules/.bin/prettier", "--check", "--log-level=warn"),
            *("--config", ROOT / ".prettierrc.json", "--ignore-path", "/dev/null"),
            "**/*.ts",
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    return run
