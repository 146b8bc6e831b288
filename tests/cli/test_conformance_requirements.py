"""`mizan conformance requirements`"""

from __future__ import annotations

import json

import pytest

from mizan.cli.main import main
from mizan_conformance import matrix


def test_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "requirements"]) == 0
    held, _, apart = capsys.readouterr().out.partition("No case holds these")
    assert "MZ-CAN-001    codec " in held
    assert "MZ-COH-001    server" in held
    assert "MZ-COH-003    server" in apart


def test_a_level_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "requirements", "--level", "codec", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["level"] for row in rows} == {"codec"}
    assert all(row["mutants"] for row in rows if row["cases"])


def test_check(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["conformance", "requirements", "--check"]) == 0
    monkeypatch.setattr(matrix, "gaps", lambda _: ["MZ-CAN-001: no case holds it"])
    assert main(["conformance", "requirements"]) == 0
    capsys.readouterr()
    assert main(["conformance", "requirements", "--check"]) == 1
    assert capsys.readouterr().err == "MZ-CAN-001: no case holds it\n"
