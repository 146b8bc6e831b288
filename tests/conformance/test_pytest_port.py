"""`pytest --mizan-port`: each vector is a test."""

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from mizan_conformance.vectors import load_all

ROOT = Path(__file__).resolve().parent.parent.parent
PORT = f"{sys.executable} {ROOT / 'conformance/ports/python/port.py'}"
PLUGIN = "mizan_conformance.pytest_port"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run pytest in an empty folder; return its status and its output."""

    def run(*options: str) -> tuple[int, str]:
        # Without the plugins of others, which take longer to load than the suite to run.
        command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "-p", "no:cacheprovider", *options]
        own = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return run


def test_pytest_finds_the_plugin() -> None:
    (found,) = entry_points(group="pytest11", name="mizan-port")
    assert found.value == PLUGIN


def test_each_vector_is_a_test(run: Run) -> None:
    status, said = run("--mizan-port", PORT, "--mizan-select", "key", "-v")
    chosen = [vector.id for vector in load_all() if vector.topic == "key"]
    assert status == 0
    assert f"{len(chosen) + 1} passed" in said  # and one for what no vector can be charged with
    assert all(f"{name} PASSED" in said for name in chosen)


def test_a_vector_that_fails_says_why_without_a_trace(
    run: Run, broken: Callable[[str], list[str]]
) -> None:
    status, said = run("--mizan-port", " ".join(broken("none")), "--mizan-select", "jcs/empties")
    assert status == 1
    assert "MZ-JCS-001\nEmpty object, array and string.\nat /text: expected" in said
    assert "Traceback" not in said
    assert "1 failed, 1 passed" in said


def test_what_a_port_does_not_declare_is_skipped(
    run: Run, broken: Callable[[str], list[str]]
) -> None:
    status, said = run("--mizan-port", " ".join(broken("none")), "--mizan-select", "url-build")
    assert status == 0
    assert "1 passed, 51 skipped" in said


def test_a_program_that_is_no_port_fails(run: Run) -> None:
    port = f"{sys.executable} -c pass"
    status, said = run("--mizan-port", port, "--mizan-select", "jcs/empties")
    assert status == 1
    assert "the port does not start as a port" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--mizan-port", "no-such-command"), "There is no command 'no-such-command'"),
        (("--mizan-port", PORT, "--mizan-select", "x"), "--mizan-select: No vector matches 'x'"),
    ],
)
def test_a_wrong_call(run: Run, options: tuple[str, ...], said: str) -> None:
    status, output = run(*options)
    assert (status, said in output) == (4, True)


def test_without_the_option_there_is_nothing(run: Run) -> None:
    status, said = run()
    assert status == 5, said
