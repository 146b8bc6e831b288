"""`mizan conformance mutmut`"""

from __future__ import annotations

import sys

import pytest

from mizan.cli.main import main
from mizan_conformance import mutations
from mizan_conformance.mutations import Found, Reason


def test_each_module_has_a_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Found({"key": 10, "url": 7}, ("key.pkey: a => b", "key.pkey: c => d"))
    monkeypatch.setattr(mutations, "run_mutations", lambda *_, **__: found)
    known = Reason("It is so.", frozenset(found.alive), ())
    monkeypatch.setattr(mutations, "load_reasons", lambda: [known])
    assert main(["conformance", "mutmut", "--select", "key", "--select", "url"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "module          mutations  alive",
        "key                    10      2",
        "url                     7      0",
        "15 of 17 seen; 0 live without a reason",
    ]
    assert said.err == ""
    other = Reason("It is so.", frozenset({"key.pkey: c => d", "url.build: e => f"}), ())
    monkeypatch.setattr(mutations, "load_reasons", lambda: [other])
    assert main(["conformance", "mutmut"]) == 1
    said = capsys.readouterr()
    assert said.out.endswith("15 of 17 seen; 1 live without a reason\n")
    assert said.err.splitlines() == [
        "lives without a reason: key.pkey: a => b",
        "a reason for what does not live: url.build: e => f",
    ]


def test_a_core_that_fails_is_no_core(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutations, "run_mutations", lambda *_, **__: Found({}, broken="jcs/true"))
    assert main(["conformance", "mutmut"]) == 1
    assert "The core without a fault fails: jcs/true" in capsys.readouterr().err


def test_a_wrong_call(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["conformance", "mutmut", "--select", "nothing-like-it"]) == 2
    assert "No module of mizan.protocol matches 'nothing-like-it'." in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "mutmut", None)
    assert main(["conformance", "mutmut"]) == 2
    assert "This needs mutmut: pip install mutmut." in capsys.readouterr().err
