"""`mizan conformance run` and `report`."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from mizan_conformance.vectors import load_all


def test_a_right_port_passes(mizan: Any, python_port: list[str]) -> None:
    done = mizan("conformance", "run", "--select", "key", "--", *python_port)
    assert (done.status, done.err) == (0, "")
    assert "PASS: " in done.out


def test_a_wrong_port_fails_with_the_case_that_shows_it(mizan: Any, wrong_port: Any) -> None:
    command = wrong_port("if 'text' in answer.get('ok', {}): answer['ok']['text'] += ' '")
    done = mizan("conformance", "run", "--select", "canonical", "--", *command)
    assert done.status == 1
    assert "FAILED canonical/string" in done.out
    assert "FAIL: " in done.out


def test_the_report_is_json_or_junit_too(mizan: Any, python_port: list[str]) -> None:
    call = ["conformance", "run", "--select", "key", "--deadline", "9", "--format"]
    assert mizan(*call, "json", "--", *python_port).json["passed"] is True
    suite = ET.fromstring(mizan(*call, "junit", "--", *python_port).out.encode())  # noqa: S314 (our own)
    assert int(suite.attrib["tests"]) > 0
    assert suite.attrib["failures"] == "0"


def test_several_reports_in_one_run(mizan: Any, python_port: list[str], tmp_path: Path) -> None:
    files = [tmp_path / f"report.{end}" for end in ("txt", "json", "xml", "md", "html", "svg")]
    options = [word for file in files for word in ("--report", str(file))]
    done = mizan("conformance", "run", "--select", "key", *options, "--", *python_port)
    assert done.status == 0
    assert files[0].read_text().strip() == done.out.strip()
    assert all(file.stat().st_size for file in files)
    page = tmp_path / "page.html"
    call = ["conformance", "report", str(files[1]), str(files[1]), "--output", str(page)]
    assert mizan(*call).status == 0
    assert page.read_text().count("PASS: ") == 2
    call[2] = str(files[0])
    done = mizan(*call)
    assert (done.status, "it is no report in JSON" in done.err) == (2, True)


def test_a_baseline_is_written_and_then_fits(mizan: Any, wrong_port: Any, tmp_path: Path) -> None:
    port = wrong_port("if 'text' in answer.get('ok', {}): answer['ok']['text'] += ' '")
    call = ["conformance", "run", "--select", "canonical", "--baseline", str(tmp_path / "k.json")]
    written = mizan(*call, "--update-baseline", "--", *port)
    assert (written.status, "known failures" in written.out) == (0, True)
    assert mizan(*call, "--", *port).status == 0
    worse = wrong_port("if 'text' in answer.get('ok', {}): answer['ok']['text'] += '!'")
    assert mizan(*call, "--", *worse).status == 1


def test_one_case_is_replayed_with_all_of_it(mizan: Any, python_port: list[str]) -> None:
    case = load_all()[0].id
    done = mizan("conformance", "run", "--replay", case, "--", *python_port)
    assert done.status == 0
    assert done.out.startswith(case)
    assert "Expected: {" in done.out
    assert "PASS: 1 passed" in done.out


def test_the_dashes_may_be_left_out(mizan: Any, python_port: list[str]) -> None:
    assert mizan("conformance", "run", "--select", "key", *python_port, "--verbose").status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument '-- COMMAND...'"),
        (["--"], "Missing argument '-- COMMAND...'"),
        (["--attach", "127.0.0.1:1", "--", "x"], "Missing argument"),
        (["--attach", "127.0.0.1:1"], "Nobody answers at 127.0.0.1:1"),
        (["--report", "page.pdf", "--", "x"], "the ending says the form"),
        (["--replay", "nothing", "--", "x"], "there is no case 'nothing'"),
        (["--replay", "key/x", "--select", "key", "--", "x"], "--replay is one case"),
        (["--update-baseline", "--", "x"], "--baseline FILE"),
        (["--baseline", "not-there.json", "--", "x"], "is not there"),
        (["--selct", "key", "--", "x"], "No such option '--selct'"),
        (["--deadline", "0", "--", "x"], "'--deadline'"),
        (["--format", "xml", "--", "x"], "'--format'"),
        (["--", "there-is-no-such-program"], "There is no command 'there-is-no-such-program'"),
    ],
)
def test_a_wrong_call_is_refused(mizan: Any, arguments: list[str], message: str) -> None:
    done = mizan("conformance", "run", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_a_program_that_is_no_port_fails(mizan: Any) -> None:
    done = mizan("conformance", "run", "--", sys.executable, "-c", "print('hello')")
    assert done.status == 1
    assert "the port does not start as a port" in done.out


def test_progress_is_shown_on_a_terminal_alone(
    mizan: Any, python_port: list[str], terminal: Any
) -> None:
    shown = terminal()
    done = mizan("conformance", "run", "--select", "key", "--", *python_port)
    assert "Running [" in shown.getvalue()
    assert "Running" not in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_an_interrupt_leaves_no_port_behind(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    port = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    # Tests that run in the background are deaf to the signal, and so are their children.
    start = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from mizan.cli.main import entry; entry()"
    )
    command = [sys.executable, "-c", start, "conformance", "run", "--", sys.executable, "-c", port]
    process = subprocess.Popen([*command, str(note)], stderr=subprocess.PIPE, text=True)
    for _ in range(300):
        if note.exists() and note.read_text():
            break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
