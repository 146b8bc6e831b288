"""A port that is running already is spoken with, and left running."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from mizan_conformance.attach import Attached
from mizan_conformance.channel import Fault, PortUnusable
from mizan_conformance.run import run_suite

DEADLINE = 20.0


@pytest.fixture
def address() -> Iterator[str]:
    """The address of a port that listens."""
    command = [sys.executable, "-m", "mizan_conformance.python_port", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as port:
        assert port.stderr
        found = re.fullmatch(r"listening on (.*)\n", port.stderr.readline())
        assert found
        yield found[1]
        assert port.poll() is None
        port.kill()


def test_a_port_serves_one_run_after_another(address: str) -> None:
    for _ in range(2):
        report = run_suite(address, "key")
        assert report.passed
        assert report.name.startswith("mizan-python")


def test_a_connection_that_ends_is_a_crash(address: str) -> None:
    port = Attached(address)
    port.end()
    with pytest.raises(Fault, match="crash: it closed the connection"):
        port.lines(DEADLINE)
    port.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("localhost", "is no address: write HOST:PORT"),
        ("localhost:x", "is no address"),
        ("localhost:70000", "is no address"),
        ("127.0.0.1:1", "Nobody answers at 127.0.0.1:1"),
    ],
)
def test_where_nobody_listens(address: str, said: str) -> None:
    with pytest.raises(PortUnusable, match=said):
        Attached(address)
