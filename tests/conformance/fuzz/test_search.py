"""A search finds, is the same for the same seed, and is not misled by luck."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.fuzz import search
from mizan_conformance.fuzz.run import Engine
from mizan_conformance.messages import Answer

Run = Callable[..., tuple[Any, str]]


ENGINES: list[Engine] = ["fast", "hypothesis"]


def test_two_ports_are_compared(
    almost: Callable[[str], list[str]], run: Run, right: list[str]
) -> None:
    same = almost("if targets: targets.clear()")
    assert run(same, against=same)[0] is None
    found, _ = run(right, against=same)
    assert found.expected == Answer({"targets": []})


def test_the_same_seed_gives_the_same_run(almost: Callable[[str], list[str]], run: Run) -> None:
    command = almost(
        "if targets and any('params' in t for t in targets if t != str(t)): targets.clear()"
    )
    first, second = run(command)[0], run(command)[0]
    assert first.vector() == second.vector()


def test_a_port_that_is_wrong_now_and_then_is_caught(
    almost: Callable[[str], list[str]], tmp_path: Path, run: Run
) -> None:
    once = tmp_path / "once"
    statement = f"""if targets and not os.path.exists({str(once)!r}):
        open({str(once)!r}, "w").close()
        targets.clear()"""
    found, _ = run(almost(statement))
    assert "expected" in found.wrong


def test_a_broken_law_of_the_core_is_a_difference(
    monkeypatch: pytest.MonkeyPatch, run: Run, right: list[str]
) -> None:
    monkeypatch.setattr(search, "broken", lambda case, _: case.op == "jcs" and "the core is wrong")
    found, said = run(right, "jcs")
    assert found.wrong == "the core is wrong"
    assert "the core is wrong" in said
