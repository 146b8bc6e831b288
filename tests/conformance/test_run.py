"""A broken port is caught, whatever is broken, and costs its own case alone."""

import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from mizan_conformance.messages import Answer
from mizan_conformance.report import Report
from mizan_conformance.run import PortUnusable, judge, run_suite, suite_fault
from mizan_conformance.vectors import SelectionError, Vector

Command = Callable[[str], list[str]]
DEADLINE = 1.0  # seconds: what hangs costs this twice


def run(command: Sequence[str], vectors: Sequence[Vector], **options: Any) -> Report:
    return run_suite(command, deadline=DEADLINE, vectors=vectors, **options)


def failed(report: Report) -> list[str]:
    return [result.vector.id for result in report.with_status("failed")]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("crash", "crash: it ended with exit status 3. Its log ends: out of cheese"),
        ("hang", "hang: no answer within 1 s."),
        ("silent", "hang: no answer within 1 s."),
        ("half", "in the middle of a line (7 bytes)"),
        ("rubbish", "rubbish: 'Traceback (most recent call last):' is no JSON text"),
        ("not-utf8", "is no JSON text"),
        ("nan", "NaN is no JSON value"),
        ("deep", "is no JSON text: it nests too deep"),
        ("blank", "rubbish: '' is no JSON text"),
        ("no-id", "is no answer: Field required (at /id)"),
        ("no-object", "rubbish: '[]' is no answer"),
        ("unknown-id", "it answered request 999999 which was not asked"),
        ("twice", "after its last answer it wrote"),
        ("bad-message", "is no answer: Input should be a valid dictionary (at /ok)"),
        ("bad-shape", "the output is no CanonicalOk: Input should be a valid string (at /text)"),
        ("flood", "rubbish: 'spam' is no JSON text"),
        ("flood-line", "rubbish: a line of more than 8388608 bytes: 'spamspam"),
        ("wrong", 'at /text: expected "bad", got "worse"'),
        ("wrong-code", 'expected {"text": "bad"}, got the refusal json.type'),
    ],
)
def test_a_fault_is_caught_and_costs_its_own_case_alone(
    broken: Command, vectors: Sequence[Vector], fault: str, said: str
) -> None:
    report = run(broken(fault), vectors)
    assert failed(report) == ["canonical/bad"]
    assert said in report.with_status("failed")[0].detail
    assert report.count("passed") == 20
    assert not report.unattributed
    assert report.fatal is None
    assert report.exit_code == 1


@pytest.mark.parametrize("fault", ["none", "backwards", "flood-log"])
def test_what_is_no_fault_passes(broken: Command, vectors: Sequence[Vector], fault: str) -> None:
    report = run_suite(broken(fault), vectors=vectors)
    assert report.passed, report
    assert report.count("passed") == 21
    assert report.exit_code == 0


def test_every_bad_case_is_charged(broken: Command, make_vector: Callable[..., Vector]) -> None:
    vectors = [
        make_vector(f"v{index}", "bad" if index % 3 == 0 else f"value {index}")
        for index in range(12)
    ]
    report = run(broken("crash"), vectors)
    assert failed(report) == [f"canonical/v{index}" for index in (0, 3, 6, 9)]
    assert report.count("passed") == 8
    assert not report.unattributed


def test_a_crash_that_nobody_does_alone_is_unattributed(
    broken: Command, vectors: Sequence[Vector]
) -> None:
    report = run(broken("crash-after"), vectors)
    assert report.count("passed") == 21
    assert report.unattributed == ["crash: it ended with exit status 4."]
    assert not report.passed


def test_a_case_does_not_pay_for_the_one_before(broken: Command, vectors: Sequence[Vector]) -> None:
    report = run(broken("poison"), vectors)
    assert report.count("passed") == 21
    assert "crash: it ended with exit status 3. Its log ends: out of cheese" in report.unattributed
    assert not report.passed


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("lingers", "hang: it did not exit within 1 s of the end of its input"),
        ("last-words", "rubbish: after its last answer it wrote 'bye'"),
        ("bad-end", "crash: it ended with exit status 6."),
    ],
)
def test_a_port_must_end_well(
    broken: Command, vectors: Sequence[Vector], fault: str, said: str
) -> None:
    report = run(broken(fault), vectors)
    assert report.count("passed") == 21
    assert report.unattributed == [f"at the end of its input, {said}"]
    assert not report.passed


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("hello-crash", "it ended with exit status 5"),
        ("hello-old", "it implements 9.0, and not 1.0"),
        ("hello-refused", "it refused the handshake with port.busy"),
        ("hello-shape", "its handshake is no HelloOk: Field required (at /version)"),
        ("hello-id", "it answered the handshake, request 0, as request 7"),
        ("hello-twice", "more than one line for the handshake"),
    ],
)
def test_what_does_not_shake_hands_is_no_port(
    broken: Command, vectors: Sequence[Vector], fault: str, said: str
) -> None:
    report = run(broken(fault), vectors)
    assert said in (report.fatal or "")
    assert report.count("not run") == 21
    assert report.exit_code == 1


def test_a_program_that_says_nothing_is_no_port(vectors: Sequence[Vector]) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(3600)"]
    report = run(command, vectors, start_deadline=0.2)
    assert "hang: no answer within 0.2 s" in (report.fatal or "")


def test_only_what_is_not_declared_is_skipped(
    broken: Command, make_vector: Callable[..., Vector]
) -> None:
    vectors = [make_vector("v"), make_vector("w", 5, op="jcs", expect={"ok": {"text": "5"}})]
    report = run(broken("hello-few"), vectors)
    assert [(result.vector.op, result.status) for result in report.results] == [
        ("canonical", "skipped"),
        ("jcs", "passed"),
    ]
    assert report.passed


@pytest.mark.parametrize("command", [["no-such-command-anywhere"], [__file__], []])
def test_a_command_that_cannot_be_started_is_a_wrong_call(
    command: list[str], vectors: Sequence[Vector]
) -> None:
    with pytest.raises(PortUnusable):
        run(command, vectors)


def test_a_pattern_that_selects_nothing_is_a_wrong_call(
    broken: Command, vectors: Sequence[Vector]
) -> None:
    with pytest.raises(SelectionError, match="No vector matches 'x/\\*'"):
        run_suite(broken("none"), "x/*", vectors=vectors)


def test_the_selected_run_and_tell_their_progress(
    broken: Command, vectors: Sequence[Vector]
) -> None:
    seen: list[tuple[int, int]] = []
    report = run_suite(
        broken("none"),
        "*/v1?",
        vectors=vectors,
        progress=lambda done, all_: seen.append((done, all_)),
    )
    assert [result.vector.id for result in report.results] == [
        f"canonical/v1{index}" for index in range(10)
    ]
    assert seen == [(done, 10) for done in range(1, 11)]


def test_more_vectors_than_the_window_are_all_answered(
    broken: Command, make_vector: Callable[..., Vector]
) -> None:
    vectors = [make_vector(f"v{index}", "x" * (index % 50)) for index in range(3000)]
    assert run_suite(broken("none"), vectors=vectors).count("passed") == 3000


REFUSED = {"error": {"code": "json.nan"}}


@pytest.mark.parametrize(
    ("expect", "answer", "said"),
    [
        (REFUSED, Answer(None, "json.nan"), None),
        (REFUSED, Answer(None, "json.type", "no"), "the refusal json.nan, got json.type (no)"),
        (REFUSED, Answer(None, "json.type"), "expected the refusal json.nan, got json.type"),
        (REFUSED, Answer({"text": "NaN"}), 'expected the refusal json.nan, got {"text": "NaN"}'),
        ({"ok": {"text": "a"}}, Answer({"text": "a"}), None),
        ({"ok": {"text": "a"}}, Answer(None, "x"), 'expected {"text": "a"}, got the refusal x'),
        ({"ok": {"text": "a"}}, Answer({"text": "b"}), 'at /text: expected "a", got "b"'),
        ({"ok": {"text": "a"}}, Answer({}), "the output is no CanonicalOk"),
        ({"ok": {"text": "a"}}, Answer({"text": "a", "b": 1}), "at /b: expected nothing, got 1"),
    ],
)  # fmt: skip
def test_judge(
    make_vector: Callable[..., Vector], expect: dict[str, object], answer: Answer, said: str | None
) -> None:
    verdict = judge(make_vector("v", expect=expect), answer)
    assert verdict is said if said is None else said in (verdict or "")


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"input": ["no object"]}, "is no PortRequest"),
        ({"expect": {"ok": {"text": 5}}}, "what it expects cannot be answered: the output is no"),
    ],
)
def test_a_case_that_is_wrong_is_not_the_ports_fault(
    make_vector: Callable[..., Vector],
    broken: Callable[[str], list[str]],
    members: dict[str, Any],
    said: str,
) -> None:
    wrong = make_vector("wrong", **members)
    assert said in (suite_fault(wrong) or "")
    report = run_suite(broken("none"), vectors=[wrong, make_vector("right")])
    assert [result.status for result in report.results] == ["suite", "passed"]
    assert not report.passed


def test_line_ends_of_windows_are_white_space(make_vector: Callable[..., Vector]) -> None:
    program = """
import json, sys
for line in sys.stdin:
    request = json.loads(line)
    hello = {"name": "w", "version": "1", "language": "x", "spec": ["1.0"]}
    hello["capabilities"] = ["canonical"]
    ok = hello if request["op"] == "hello" else {"text": request["input"]["value"]}
    sys.stdout.write(json.dumps({"id": request["id"], "ok": ok}) + chr(13) + chr(10))
    sys.stdout.flush()
"""
    report = run_suite([sys.executable, "-c", program], vectors=[make_vector("a")])
    assert report.passed, report


def test_a_trace_shows_the_raw_lines(
    make_vector: Callable[..., Vector],
    broken: Callable[[str], list[str]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    run_suite(broken("none"), vectors=[make_vector("a")], trace=True)
    shown = capsys.readouterr().err
    assert '> {"id":1,"op":"canonical","input":{"value": "plain"}}' in shown
    assert '< {"id": 1, "ok": {"text": "plain"}}' in shown
