"""How the tests of the command line call it: within this process, or as a program."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mizan.cli.main import main
from mizan.resources import schema_dir

ROOT = Path(__file__).resolve().parents[2]

# A port that is right but for one thing.
WRONG = """
import json, sys
from mizan_conformance.python_port import answer as right
for line in sys.stdin.buffer:
    request = json.loads(line)
    answer = json.loads(right(line))
    {}
    print(json.dumps(answer), flush=True)
"""


class Done(NamedTuple):
    """What a call left: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Call = Callable[..., Done]


@pytest.fixture
def mizan(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a function that runs a command line within this process."""

    def call(*argv: object, stdin: str | bytes = b"") -> Done:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        status = main([str(each) for each in argv])
        return Done(status, *capsys.readouterr())

    return call


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs a command line as a program of its own."""

    def run(*argv: object, **options: Any) -> subprocess.CompletedProcess[str]:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        command = [sys.executable, "-m", "mizan", *map(str, argv)]
        return subprocess.run(command, check=False, timeout=60, **streams | options)

    return run


@pytest.fixture
def example() -> Callable[[str], Path]:
    """Return a function from a valid example's name, `call/update-name`, to its file."""

    def find(name: str) -> Path:
        kind, _, stem = name.partition("/")
        return schema_dir() / "v1" / "examples" / kind / "valid" / f"{stem}.json"

    return find


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, object], Path]:
    """Return a function that writes a file: bytes, text, or a value as JSON."""

    def save(name: str, content: object) -> Path:
        path = tmp_path / name
        if not isinstance(content, (bytes, str)):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], io.StringIO]:
    """Return a function that makes standard error a terminal, and returns what it shows."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def show() -> io.StringIO:
        shown = Terminal()
        monkeypatch.setattr(sys, "stderr", shown)
        return shown

    return show


@pytest.fixture
def python_port() -> list[str]:
    """Return the command of a port that is right."""
    return [sys.executable, str(ROOT / "conformance" / "ports" / "python" / "port.py")]


@pytest.fixture
def wrong_port(write: Callable[[str, object], Path]) -> Callable[[str], list[str]]:
    """Return a function from a statement that changes `answer` to the command of such a port."""

    def command(statement: str) -> list[str]:
        return [sys.executable, str(write("port.py", WRONG.format(statement)))]

    return command
