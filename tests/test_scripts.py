"""Every script explains itself from any folder and refuses what it does not know."""

import os
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
