"""The fuzzer finds what a port gets wrong, makes it small, and writes it as a vector."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from mizan.schemas import problems
from mizan_conformance import fuzz
from mizan_conformance.channel import PortUnusable
from mizan_conformance.fuzz import fuzz_header
from mizan_conformance.fuzz_vector import Case, Difference, core_answer

PYTHON_PORT = [sys.executable, "-m", "mizan_conformance.python_port"]
# A port that is right but for one thing: {} is replaced by a statement that changes `answer`.
ALMOST = """
import json, os, sys, time
from mizan_conformance.python_port import answer as right, hello
for line in sys.stdin.buffer:
    request = json.loads(line)
    answer = json.loads(right(line))
    input_ = request["input"]
    targets = answer.get("ok", {{}}).get("targets")
    field = input_.get("field")
    {}
    print(json.dumps(answer), flush=True)
"""


@pytest.fixture
def almost(tmp_path: Path) -> Callable[[str], list[str]]:
    """Give the command of a port that is wrong in one way."""

    def almost(statement: str) -> list[str]:
        path = tmp_path / "port.py"
        path.write_text(ALMOST.format(statement))
        return [sys.executable, str(path)]

    return almost


def run(command: list[str], examples: int = 600, **options: Any) -> tuple[Any, str]:
    stream = io.StringIO()
    found = fuzz_header(command, examples, 7, stream=stream, **options)
    return found, stream.getvalue()


def test_a_right_port_has_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[int, int]] = []
    found, said = run(PYTHON_PORT, 200, progress=lambda done, all_: seen.append((done, all_)))
    assert found is None
    assert said.splitlines()[0] == "Fuzzing the header codec: 200 examples, seed 7."
    assert "No difference: " in said
    assert seen[-1] == (200, 200)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("statement", "op", "largest"),
    [
        ("if field and '%' in field: answer['error'] = {'code': 'header.percent'}", "parse", 30),
        ("if targets and len(targets) > 1: targets.reverse()", "parse", 30),
        ("if 'limit' in input_: answer['ok'] = {'field': '*'}", "format", 40),
        ("if 'error' in answer: answer['error']['code'] = 'header.syntax'", "parse", 30),
    ],
)  # fmt: skip
def test_a_difference_is_found_and_made_small(
    almost: Callable[[str], list[str]], tmp_path: Path, statement: str, op: str, largest: int
) -> None:
    # An answer may not have both members.
    statement += "\n    if 'error' in answer: answer.pop('ok', None)"
    output = tmp_path / "vector.json"
    found, said = run(almost(statement), output=output)
    assert found is not None, said
    assert "DIFFERENCE in header." in said
    assert "--seed 7 --examples 600" in said
    vector = json.loads(output.read_text())
    assert vector == found.vector()
    assert found.size <= largest, vector
    assert vector["id"].startswith(f"header-{op}/fuzz-")
    document = {
        "mizan": "1.0",
        "topic": f"header-{op}",
        "op": f"header.{op}",
        "minimum": 1,
        "flags": {},
        "vectors": [vector],
    }
    assert problems("vectors", document) == []


def test_the_vector_is_printed_where_no_file_is_named(
    almost: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = run(almost("if targets: targets.clear()"))
    assert json.loads(capsys.readouterr().out) == found.vector()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("if targets: os._exit(3)", "crash: it ended with exit status 3"),
        ("if targets: time.sleep(99)", "hang: no answer within 0.3 s"),
        ("if targets: answer = []", "rubbish: '[]' is no answer"),
    ],
)
def test_a_port_that_fails_is_started_anew(
    almost: Callable[[str], list[str]], statement: str, said: str
) -> None:
    found, text = run(almost(statement), deadline=0.3 if "sleep" in statement else 20.0)
    assert said in found.wrong
    assert said in text


def test_what_is_read_is_also_written(
    almost: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "cases", lambda: st.just(Case("header.parse", {"field": "a;b=1"})))
    found, _ = run(almost("if 'targets' in input_: answer['ok'] = {'field': '*'}"))
    assert found.case == Case(
        "header.format", {"targets": [{"context": "a", "params": {"b": "1"}}]}
    )


def test_the_search_ends_where_each_try_costs_too_much(
    almost: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fuzz, "_MOST_FAULTS", 1)
    stop = almost("open('tries', 'a').write('x') if targets else None; targets and os._exit(3)")
    monkeypatch.chdir(Path(stop[1]).parent)
    found, _ = run(stop)
    assert "crash: it ended with exit status 3" in found.wrong
    assert Path("tries").read_text() == "x"


def test_the_same_seed_gives_the_same_run(almost: Callable[[str], list[str]]) -> None:
    command = almost(
        "if targets and any('params' in t for t in targets if t != str(t)): targets.clear()"
    )
    first, second = run(command)[0], run(command)[0]
    assert first.vector() == second.vector()


def test_a_port_that_is_wrong_now_and_then_is_caught(
    almost: Callable[[str], list[str]], tmp_path: Path
) -> None:
    once = tmp_path / "once"
    statement = f"""if targets and not os.path.exists({str(once)!r}):
        open({str(once)!r}, "w").close()
        targets.clear()"""
    found, _ = run(almost(statement))
    assert "expected" in found.wrong


def test_without_a_seed_one_is_drawn_and_told() -> None:
    stream = io.StringIO()
    assert fuzz_header(PYTHON_PORT, 1, stream=stream) is None
    assert int(stream.getvalue().split("seed ")[1].split(".")[0]) >= 0


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["no-such-command-anywhere"], "There is no command"),
        ([sys.executable, "-c", ""], "does not start as a port: crash"),
    ],
)
def test_a_command_that_is_no_port(command: list[str], said: str) -> None:
    with pytest.raises(PortUnusable, match=said):
        run(command)


def test_a_broken_law_of_the_core_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(case: Case) -> str | None:
        return "the core is wrong" if core_answer(case)["ok"].get("field") == "*" else None

    monkeypatch.setattr(
        fuzz, "law_broken", lambda case: None if "error" in core_answer(case) else broken(case)
    )
    found, said = run(PYTHON_PORT)
    assert isinstance(found, Difference)
    assert "the core is wrong" in said
