"""The fuzzer finds what a port gets wrong, makes it small, and writes it as a vector."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.schemas import problems
from mizan_conformance import python_ops
from mizan_conformance.channel import PortUnusable
from mizan_conformance.fuzz import search
from mizan_conformance.fuzz.run import Engine, NothingToFuzz, fuzz
from mizan_conformance.fuzz.topics import TOPICS
from mizan_conformance.messages import Answer

ENGINES: list[Engine] = ["fast", "hypothesis"]
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


def run(command: list[str], topic: str = "header", **options: Any) -> tuple[Any, str]:
    stream = io.StringIO()
    examples, seed = options.pop("examples", 600), options.pop("seed", 7)
    found = fuzz(topic, command, examples, seed, stream=stream, **options)
    return found, stream.getvalue()


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_right_port_has_no_difference(
    topic: str, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[tuple[int, int]] = []
    number = 40 if engine == "hypothesis" else 1000
    options: dict[str, Any] = {"engine": engine, "examples": number}
    found, said = run(
        PYTHON_PORT, topic, progress=lambda done, all_: seen.append((done, all_)), **options
    )
    assert found is None, said
    assert said.startswith(f"Fuzzing {', '.join(TOPICS[topic])}: {number} examples, seed 7.")
    assert "No difference in " in said
    assert seen[-1] == (number, number)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("statement", "largest"),
    [
        ("if field and '%' in field: answer['error'] = {'code': 'header.percent'}", 30),
        ("if targets and len(targets) > 1: targets.reverse()", 60),
        ("if 'limit' in input_: answer['ok'] = {'field': '*'}", 130),
        ("if 'error' in answer: answer['error']['code'] = 'header.syntax'", 30),
    ],
)
def test_a_difference_is_found_and_made_small(
    almost: Callable[[str], list[str]],
    tmp_path: Path,
    engine: Engine,
    statement: str,
    largest: int,
) -> None:
    # An answer may not have both members.
    statement += "\n    if 'error' in answer: answer.pop('ok', None)"
    output = tmp_path / "vector.json"
    found, said = run(almost(statement), output=output, engine=engine)
    assert found is not None, said
    assert "DIFFERENCE in " in said
    assert f"mizan fuzz header --seed 7 --examples 600 --engine {engine}" in said
    vector = json.loads(output.read_text())
    assert vector == found.vector()
    assert found.size <= largest, vector
    document = {
        "mizan": "1.0",
        "topic": vector["id"].partition("/")[0],
        "op": found.case.op,
        "minimum": 1,
        "flags": {},
        "vectors": [vector],
    }
    assert problems("vectors", document) == []


@pytest.mark.parametrize(
    ("topic", "statement"),
    [
        ("canonical", "if answer.get('ok', {}).get('value') is True: answer['ok']['value'] = 1"),
        ("jcs", "if '\\\\u' in str(answer.get('ok')): answer['ok']['text'] += ' '"),
        ("url", "if '%20' in str(answer.get('ok')): answer['ok']['url'] += '+'"),
        ("targets", "if answer.get('ok', {}).get('matches'): answer['ok']['matches'] = False"),
        ("key", "if answer.get('ok', {}).get('key'): answer['ok']['key'] += '0'"),
        ("token", "if 'claims' in answer.get('ok', {}): answer['ok']['claims']['aud'] = ''"),
        ("manifest", "if 'manifest' in answer.get('ok', {}): answer['ok']['manifest'] = {}"),
        ("events", "if len(targets or []) > 1: targets.pop()"),
        ("edge", "if answer.get('ok', {}).get('urls'): answer['ok']['urls'].append('/')"),
    ],
)  # fmt: skip
def test_a_fault_of_each_topic_is_found(
    almost: Callable[[str], list[str]], topic: str, statement: str
) -> None:
    statement += "\n    if 'ok' in answer: answer.pop('error', None)"
    found, said = run(almost(statement), topic)
    assert found is not None, said
    assert found.case.op in TOPICS[topic]
    assert found.vector()["requirements"]


def test_two_ports_are_compared(almost: Callable[[str], list[str]]) -> None:
    same = almost("if targets: targets.clear()")
    assert run(same, against=same)[0] is None
    found, _ = run(PYTHON_PORT, against=same)
    assert found.expected == Answer({"targets": []})


def test_the_vector_is_printed_where_no_file_is_named(
    almost: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    found, _ = run(almost("if targets: targets.clear()"))
    assert json.loads(capsys.readouterr().out) == found.vector()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("if targets: os._exit(3)", "crash: it ended with exit status 3"),
        ("if targets: time.sleep(99)", "hang: no answer within 0.3 s"),
        ("if targets: answer = []", "rubbish: '[]' is no answer"),
    ],
)
def test_a_port_that_fails_is_started_anew(
    almost: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    statement: str,
    said: str,
    engine: Engine,
) -> None:
    monkeypatch.setattr(search, "_SLOW_TRIES", 5)
    monkeypatch.setattr("mizan_conformance.fuzz.strategies._MOST_FAULTS", 2)
    deadline = 0.3 if "sleep" in statement else 20.0
    found, text = run(almost(statement), deadline=deadline, engine=engine)
    assert said in found.wrong
    assert said in text


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


def test_rare_inputs_are_kept_and_used_again(
    almost: Callable[[str], list[str]], tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    _, said = run(PYTHON_PORT, corpus=corpus)
    kept = (corpus / "header.parse.jsonl").read_text().splitlines()
    assert f" inputs were added to {corpus}." in said
    assert len(kept) > 20
    found, _ = run(almost("if targets: targets.clear()"), corpus=corpus)
    assert json.dumps(found.case.input) in (corpus / "header.parse.jsonl").read_text()
    (corpus / "header.parse.jsonl").write_text("{}\nno json\n")
    with pytest.raises(ValueError, match=r"header.parse.jsonl, line 2, is no JSON"):
        run(PYTHON_PORT, corpus=corpus)


def test_without_a_seed_one_is_drawn_and_told() -> None:
    _, said = run(PYTHON_PORT, examples=1, seed=None)
    assert int(said.split("seed ")[1].split(".")[0]) >= 0


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


def test_a_port_without_the_topic_is_told(broken: Callable[[str], list[str]]) -> None:
    with pytest.raises(NothingToFuzz, match=r"none of the operations of url: url\.build"):
        run(broken("none"), "url")


def test_a_core_that_fails_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_given: object) -> None:
        raise ZeroDivisionError("out of cheese")

    monkeypatch.setitem(python_ops.OPERATIONS, "header.parse", broken)
    found, _ = run(PYTHON_PORT)
    assert "the core itself fails: ZeroDivisionError" in found.wrong
    assert found.vector()["expect"] == {"error": {"code": "port.crash"}}


def test_a_broken_law_of_the_core_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "broken", lambda case, _: case.op == "jcs" and "the core is wrong")
    found, said = run(PYTHON_PORT, "jcs")
    assert found.wrong == "the core is wrong"
    assert "the core is wrong" in said
