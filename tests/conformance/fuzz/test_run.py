"""The fuzzer finds what a port gets wrong, makes it small, and writes it as a vector."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.schemas import problems
from mizan_conformance.fuzz.run import Engine, NothingToFuzz
from mizan_conformance.fuzz.topics import TOPICS

Run = Callable[..., tuple[Any, str]]


ENGINES: list[Engine] = ["fast", "hypothesis"]


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_right_port_has_no_difference(
    topic: str, engine: Engine, capsys: pytest.CaptureFixture[str], run: Run, right: list[str]
) -> None:
    seen: list[tuple[int, int]] = []
    number = 40 if engine == "hypothesis" else 1000
    options: dict[str, Any] = {"engine": engine, "examples": number}
    found, said = run(
        right, topic, progress=lambda done, all_: seen.append((done, all_)), **options
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
        ("if 'error' in answer: answer['error']['code'] = 'header.syntax'", 60),
    ],
)
def test_a_difference_is_found_and_made_small(
    almost: Callable[[str], list[str]],
    tmp_path: Path,
    engine: Engine,
    statement: str,
    largest: int,
    run: Run,
) -> None:
    # An answer may not have both members.
    statement += "\n    if 'error' in answer: answer.pop('ok', None)"
    output = tmp_path / "vector.json"
    # Fields that name two targets are rarely drawn.
    found, said = run(almost(statement), output=output, engine=engine, examples=3000)
    assert found is not None, said
    assert "DIFFERENCE in " in said
    assert f"mizan fuzz header --seed 7 --examples 3000 --engine {engine}" in said
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
    almost: Callable[[str], list[str]], topic: str, statement: str, run: Run
) -> None:
    statement += "\n    if 'ok' in answer: answer.pop('error', None)"
    found, said = run(almost(statement), topic)
    assert found is not None, said
    assert found.case.op in TOPICS[topic]
    assert found.vector()["requirements"]


def test_the_vector_is_printed_where_no_file_is_named(
    almost: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str], run: Run
) -> None:
    found, _ = run(almost("if targets: targets.clear()"))
    assert json.loads(capsys.readouterr().out) == found.vector()


def test_without_a_seed_one_is_drawn_and_told(run: Run, right: list[str]) -> None:
    _, said = run(right, examples=1, seed=None)
    assert int(said.split("seed ")[1].split(".")[0]) >= 0


def test_a_port_without_the_topic_is_told(broken: Callable[[str], list[str]], run: Run) -> None:
    with pytest.raises(NothingToFuzz, match=r"none of the operations of url: url\.build"):
        run(broken("none"), "url")
