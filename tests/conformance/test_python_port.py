"""The port over the Python core speaks the contract and passes everything."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance import python_port
from mizan_conformance.python_port import answer, serve
from mizan_conformance.report import render
from mizan_conformance.run import run_suite

PORT = (
    Path(__file__).resolve().parent.parent.parent / "conformance" / "ports" / "python" / "port.py"
)


def ask(op: str, input_: Any) -> Any:
    line = answer(json.dumps({"id": 5, "op": op, "input": input_}).encode())
    assert line.endswith(b"}\n")
    return json.loads(line)


def test_an_answer() -> None:
    assert ask("jcs", {"value": [1.0]}) == {"id": 5, "ok": {"text": "[1]"}}


def test_a_refusal_has_the_code_of_the_core() -> None:
    found = ask("jcs", {"value": {"$double": "NaN"}})
    assert found["error"]["code"] == "json.nan"
    assert found["error"]["message"]


def test_hello() -> None:
    hello = ask("hello", {"spec": ["1.0"]})["ok"]
    assert hello["name"] == "mizan-python"
    assert hello["capabilities"] == list(python_port.OPERATIONS)


def test_without_cryptography_there_are_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_port, "find_spec", {"cryptography": None}.get)
    able = ask("hello", {"spec": ["1.0"]})["ok"]["capabilities"]
    assert set(python_port.OPERATIONS) - set(able) == {"token.sign", "token.verify"}


def test_an_unknown_operation() -> None:
    assert ask("nonsense", {})["error"]["code"] == "port.unknown_op"


def test_a_fault_of_the_core_is_an_answer_and_is_logged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_given: object) -> dict[str, Any]:
        raise RuntimeError("out of cheese")

    monkeypatch.setattr(python_port, "OPERATIONS", {"jcs": broken})
    found = ask("jcs", {"value": 1})
    assert found["error"] == {"code": "port.crash", "message": "RuntimeError: out of cheese"}
    assert "out of cheese" in capsys.readouterr().err


def test_lines_are_answered_however_they_are_cut() -> None:
    request = b'{"id":1,"op":"jcs","input":{"value":1}}\n'
    chunks = iter([request[:9], request[9:] + request + request[:-1], b"\n", b""])
    sink = io.BytesIO()
    serve(lambda: next(chunks), sink)
    assert sink.getvalue() == b'{"id": 1, "ok": {"text": "1"}}\n' * 3


@pytest.mark.parametrize("start", [[str(PORT)], ["-m", "mizan_conformance.python_port"]])
def test_it_passes_everything(start: list[str]) -> None:
    report = run_suite([sys.executable, *start])
    assert report.passed, render(report)
    assert report.count("skipped") == 0
