"""Every script explains itself from any folder and refuses what it does not know."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
NAMES = sorted(path.name for path in SCRIPTS.iterdir() if os.access(path, os.X_OK))


def call(name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / name, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def test_the_scripts_are_there() -> None:
    wanted = "audit bench check demo docs lock release setup test tutorial with-postgres with-redis"
    assert " ".join(NAMES) == wanted


@pytest.mark.parametrize("name", NAMES)
def test_help_says_how_to_call_it(name: str, tmp_path: Path) -> None:
    done = call(name, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert f"usage: scripts/{name}" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", sorted({*NAMES} - {"lock"}))
def test_an_unknown_argument_is_refused_by_name(name: str, tmp_path: Path) -> None:
    done = call(name, "--unheard-of", cwd=tmp_path)
    assert done.returncode == 2
    assert "--unheard-of" in done.stderr


def program(path: Path, text: str) -> None:
    """Write a program of sh."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project of scripts alone, whose tools do what the test says."""
    root = tmp_path / "root"
    shutil.copytree(SCRIPTS, root / "scripts")
    program(root / "scripts" / "setup", "exit 0")
    return root


def run_in(root: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "scripts" / command[0], *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environ},
        timeout=60,
    )


@pytest.mark.parametrize("options", [(), ("--serve",), ("--check",)])
def test_docs_does_not_take_a_failed_installation_for_done(
    root: Path, options: tuple[str, ...]
) -> None:
    (root / "requirements").mkdir()
    (root / "requirements" / "docs.txt").write_text("zensical")
    program(root / ".venv/bin/python", "exit 1")
    program(root / ".venv/bin/zensical", "echo it was built")
    done = run_in(root, "docs", *options)
    assert done.returncode == 1
    assert "it was built" not in done.stdout
    assert not (root / ".venv" / "mizan-docs").exists()


def test_docs_leaves_no_program_behind_when_one_cannot_serve(root: Path) -> None:
    for name in ("requirements/docs.txt", ".venv/mizan-docs"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("zensical")
    watch = "*--watch*) touch watched && exec sleep 99"
    program(root / ".venv/bin/python", f'case "$*" in {watch} ;; esac')
    fail = "serve*) until [ -f watched ]; do sleep 0.05; done; exit 3"
    program(root / ".venv/bin/zensical", f'case "$*" in {fail} ;; esac')
    # This waits until all who have its output are gone: the watcher by itself only after 99 s.
    assert run_in(root, "docs", "--serve").returncode == 3


@pytest.mark.parametrize(
    ("options", "missing"),
    [
        ("all", "redis-server"),
        ("all --quick --only canonical sockets", "wrk"),
        ("all --only=click", "chromium"),
        ("saves --quick", "redis-server"),
        ("all --only canonical", ""),
        ("all --help", ""),
        ("sockets -h", ""),
        ("report --check", ""),
    ],
)
def test_bench_needs_what_was_chosen_alone(root: Path, options: str, missing: str) -> None:
    for name in ("cache", "canonical", "click", "saves", "sockets"):
        program(root / "benchmarks" / f"{name}.py", "")
    program(root / ".venv/bin/python", 'echo "python $*"')
    program(root / ".venv/bin/id", "echo 1000")
    for name in ("bash", "basename", "dirname", "sort"):
        (root / ".venv/bin" / name).symlink_to(str(shutil.which(name)))
    done = run_in(root, "bench", *options.split(), PATH=str(root / ".venv/bin"))
    if missing:
        assert done.returncode == 2
        assert f"there is no {missing} on this machine" in done.stderr
    else:
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip().endswith(options.removeprefix("sockets "))


@pytest.mark.slow
def test_with_postgres_gives_a_server_of_its_own_and_its_commands_outcome(tmp_path: Path) -> None:
    program = """
import os, psycopg
with psycopg.connect() as connection:
    print(os.environ["MIZAN_TEST_DATABASE"], connection.info.port, os.getcwd())
raise SystemExit(7)
"""
    done = call("with-postgres", sys.executable, "-c", program, cwd=tmp_path)
    assert done.returncode == 7, done.stderr
    database, port, folder = done.stdout.split()
    assert (database, Path(folder)) == ("postgres", tmp_path.resolve())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)))


@pytest.mark.server
def test_with_redis_gives_a_server_of_its_own_and_its_commands_outcome(tmp_path: Path) -> None:
    program = """
import os, redis
url = os.environ["MIZAN_TEST_REDIS"]
with redis.Redis.from_url(url) as client:
    print(client.dbsize(), url.split(":")[2].split("/")[0], os.getcwd())
raise SystemExit(7)
"""
    done = call("with-redis", sys.executable, "-c", program, cwd=tmp_path)
    assert done.returncode == 7, done.stderr
    keys, port, folder = done.stdout.split()
    assert (keys, Path(folder)) == ("0", tmp_path.resolve())
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)))
