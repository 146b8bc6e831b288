"""A process is driven without blocking, and what it does wrong is told."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_conformance.channel import Fault, PortUnusable
from mizan_conformance.port import Process

DEADLINE = 20.0
Start = Callable[[str], Process]


def test_lines_come_back_whole(start_process: Start) -> None:
    process = start_process("import sys; [print(line, end='', flush=True) for line in sys.stdin]")
    process.send(b"one\ntwo\n")
    process.send(b"x" * 300_000 + b"\n")
    found: list[bytes] = []
    while len(found) < 3:
        found += process.lines(DEADLINE)
    assert found == [b"one", b"two", b"x" * 300_000]
    process.wait_for_end(DEADLINE)


def test_neither_side_blocks_the_other(start_process: Start) -> None:
    process = start_process("import sys; sys.stdout.write(sys.stdin.read())")
    line = b"y" * 999 + b"\n"
    process.send(line * 3000)
    process.end()
    found: list[bytes] = []
    while len(found) < 3000:
        found += process.lines(DEADLINE)
    assert found == [line[:-1]] * 3000


def test_silence_is_a_hang_with_the_end_of_the_log(start_process: Start) -> None:
    process = start_process(
        "import sys, time; print('stuck', file=sys.stderr, flush=True);"
        "print(1, flush=True); time.sleep(99)"
    )
    assert process.lines(DEADLINE) == [b"1"]
    with pytest.raises(Fault, match=r"hang: no answer within 0.3 s. Its log ends: stuck"):
        process.lines(0.3)


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit(3)", "it ended with exit status 3"),
        ("import os; os.kill(os.getpid(), 9)", "it ended with signal SIGKILL"),
        ("import os; os.kill(os.getpid(), 40)", "it ended with signal 40"),
        ("print('half', end='')", r"exit status 0 in the middle of a line \(4 bytes\)"),
        ("import os, time; os.close(1); time.sleep(99)", "it closed its output and went on"),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX")
def test_the_end_of_the_output_is_a_crash(start_process: Start, program: str, said: str) -> None:
    process = start_process(program)
    with pytest.raises(Fault, match=said) as caught:
        process.lines(2.0)
    assert caught.value.kind == "crash"
    with pytest.raises(Fault, match="crash"):
        process.lines(0.2)


def test_input_to_a_program_that_ended_is_lost_quietly(start_process: Start) -> None:
    process = start_process("import sys; sys.stdin.close()")
    process.send(b"x" * 1_000_000)
    with pytest.raises(Fault, match="exit status 0"):
        process.lines(DEADLINE)


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX")
def test_closing_ends_what_the_program_started(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    script = f"sleep 3600 & echo $! > {marker}; echo ready; wait"
    process = Process(["sh", "-c", script])
    assert process.lines(DEADLINE) == [b"ready"]
    process.close()
    process.close()
    child = int(marker.read_text())
    until = time.monotonic() + DEADLINE
    while _runs(child) and time.monotonic() < until:
        time.sleep(0.01)  # the signal is sent, and takes its time
    assert not _runs(child)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ([], "No command: write the port's command after `--`"),
        (["no-such-command-anywhere"], "There is no command 'no-such-command-anywhere'"),
        ([str(Path(__file__).parent)], "may not be executed"),
    ],
)
def test_what_cannot_be_started(command: list[str], said: str) -> None:
    with pytest.raises(PortUnusable, match=said):
        Process(command)


def test_what_is_no_program(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(b"\x00\x01\x02")
    path.chmod(0o755)
    with pytest.raises(PortUnusable, match="cannot be started: Exec format error"):
        Process([str(path)])
