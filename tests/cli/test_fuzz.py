"""`mizan fuzz TOPIC`."""

import json
import sys
from typing import Any

import pytest

from mizan.cli.fuzz import TOPICS
from mizan_conformance.fuzz import topics

BLIND = "if len(answer.get('ok', {}).get('targets', [])) > 1: answer['ok']['targets'].pop()"


def test_a_right_port_has_no_difference(mizan: Any, python_port: list[str]) -> None:
    done = mizan("fuzz", "header", "--examples", 30, "--seed", 7, "--", *python_port)
    assert (done.status, done.out) == (0, "")
    assert "30 examples, seed 7" in done.err
    assert "No difference in 30 examples" in done.err


def test_a_difference_is_printed_as_a_vector(mizan: Any, wrong_port: Any) -> None:
    command = wrong_port(BLIND)
    done = mizan("fuzz", "header", "--examples", 300, "--seed", 7, "--", *command)
    assert done.status == 1
    assert "/fuzz-" in done.json["id"]
    assert "DIFFERENCE in header.parse" in done.err
    assert "mizan fuzz header --seed 7 --examples 300 --engine fast" in done.err


def test_a_difference_is_written_to_a_file(mizan: Any, wrong_port: Any, tmp_path: Any) -> None:
    path = tmp_path / "vector.json"
    call = ["fuzz", "header", "--examples", 300, "--seed", 7, "--output", path, "--"]
    done = mizan(*call, *wrong_port(BLIND))
    assert (done.status, done.out) == (1, "")
    assert json.loads(path.read_text())["expect"]["ok"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument '-- COMMAND...'"),
        (["--examples", "0", "--", "x"], "'--examples'"),
        (["--output", "/no/such/folder/v.json", "--", "x"], "there is no folder /no/such/folder"),
        (["--output", "/", "--", "x"], "'/' is a directory"),
        (["--", "there-is-no-such-program"], "There is no command 'there-is-no-such-program'"),
        (["--", sys.executable, "-c", "print(5)"], "The command does not start as a port"),
    ],
)
def test_a_wrong_call_is_refused(mizan: Any, arguments: list[str], message: str) -> None:
    done = mizan("fuzz", "header", *arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


@pytest.mark.parametrize("package", ["hypothesis", "http_sf"])
def test_a_missing_package_is_named_with_its_extra(
    mizan: Any, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    done = mizan("fuzz", "header", "--engine", "hypothesis", "--", "x")
    assert done.status == 2
    assert f"This needs {package}: pip install 'mizan-protocol[testing]'." in done.err


def test_progress_is_shown_on_a_terminal_alone(
    mizan: Any, python_port: list[str], terminal: Any
) -> None:
    shown = terminal()
    mizan("fuzz", "header", "--examples", 20, "--", *python_port)
    assert "Fuzzing [" in shown.getvalue()


def test_each_topic_is_a_command(mizan: Any) -> None:
    said = mizan("fuzz", "--help").out
    assert TOPICS.keys() == topics.TOPICS.keys()
    assert all(f"  {topic} " in said for topic in TOPICS)


def test_all_topics_have_a_line_each(mizan: Any, wrong_port: Any) -> None:
    said = mizan("fuzz", "all", "--help").out
    assert "1000000" in said
    assert "20000" in said
    command = wrong_port(BLIND)
    done = mizan("fuzz", "all", "--examples", 300, "--hypothesis", 0, "--seed", 7, "--", *command)
    assert done.status == 1
    lines = {line.split()[0]: line for line in done.out.splitlines() if " fast " in line}
    assert lines.keys() == TOPICS.keys()
    assert lines["header"].endswith("DIFFERENCE")
    assert " 300 examples " in lines["url"]
    assert lines["url"].endswith("no difference")


def test_a_long_run_needs_a_port(mizan: Any) -> None:
    done = mizan("fuzz", "all", "--", "there-is-no-such-program")
    assert done.status == 2
    assert "There is no command 'there-is-no-such-program'" in done.err
