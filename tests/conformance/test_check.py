"""The suite is whole, and each check of it finds what it is for."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from mizan.models import port, vectors
from mizan.schemas import problems as schema_problems
from mizan_conformance import check
from mizan_conformance.messages import model_name
from mizan_conformance.requirements import load as load_requirements
from mizan_conformance.vectors import Topic, Vector, load_all, load_topics

TOPICS = load_topics()
IDS = [requirement.id for requirement in load_requirements()]


def test_the_suite_has_no_problems() -> None:
    assert not (found := check.problems(TOPICS, IDS)), "\n".join(found)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic.name))
def test_every_file_follows_its_schema(topic: Topic) -> None:
    document = json.loads(topic.path.read_bytes())
    assert not (found := schema_problems("vectors", document)), "\n".join(map(str, found))
    vectors.VectorFile.model_validate(document)


def test_every_expected_output_has_the_shape_that_the_port_contract_promises() -> None:
    wrong = []
    for vector in load_all():
        if vector.code is None:
            model = TypeAdapter(getattr(port, model_name(vector.op)))
            try:
                model.validate_python(vector.expect["ok"])
            except ValueError as error:
                wrong.append(f"{vector.id}: {error}")
    assert not wrong, "\n".join(wrong)


def test_every_expected_code_is_registered() -> None:
    from mizan.errors import KNOWN_CODES

    wrong = {vector.id: vector.code for vector in load_all() if vector.code}
    assert not {name: code for name, code in wrong.items() if code not in KNOWN_CODES}


FLAGS = {"Bug": {"bug": "Does it wrong."}}


@pytest.fixture
def topic(make_vector: Callable[..., Vector], monkeypatch: pytest.MonkeyPatch) -> Topic:
    """A topic without a problem."""
    monkeypatch.setattr(check, "LEAST", 2)
    good = make_vector("good", flags=("Bug",))
    bad = make_vector(
        "bad", flags=("Bug",), expect={"error": {"code": "json.type"}}, neighbour="canonical/good"
    )
    return Topic(Path("canonical.json"), "canonical", "canonical", 2, FLAGS, (good, bad))


def changed(topic: Topic, index: int, **members: Any) -> list[Topic]:
    found = list(topic.vectors)
    found[index] = replace(found[index], **members)
    return [replace(topic, vectors=tuple(found))]


def test_a_good_suite_has_no_problems(topic: Topic) -> None:
    assert check.problems([topic], IDS) == []


@pytest.mark.parametrize(
    ("index", "members", "said"),
    [
        (0, {"id": "other/good"}, "canonical.json: other/good must begin with 'canonical/'"),
        (0, {"id": "canonical/bad"}, "canonical.json: canonical/bad is in canonical.json already"),
        (0, {"flags": ("Bug", "Odd")}, "canonical/good has the undeclared flag 'Odd'"),
        (0, {"requirements": ("MZ-CAN-999",)}, "canonical/good names MZ-CAN-999, which is not in"),
        (1, {"neighbour": None}, "canonical/bad: its neighbour is not named"),
        (1, {"neighbour": "canonical/x"}, "its neighbour is canonical/x"),
        (1, {"neighbour": "canonical/bad"}, "canonical/bad is refused too (json.type)"),
        (0, {"op": "jcs"}, "canonical/bad: its neighbour canonical/good has the op jcs"),
        (1, {"input": dict.fromkeys("abcdef")}, "canonical/good differs in 6 places"),
        (1, {"expect": {"ok": {}}}, "canonical/bad: canonical/good has MZ-CAN-001, Bug and ok too"),
    ],
)  # fmt: skip
def test_a_problem_of_a_vector_is_found(
    topic: Topic, index: int, members: dict[str, Any], said: str
) -> None:
    found = check.problems(changed(topic, index, **members), IDS)
    assert any(said in line for line in found), found


def test_a_reason_lets_two_stand(topic: Topic) -> None:
    topics = changed(topic, 1, expect={"ok": {}}, neighbour=None, reason="Both matter.")
    assert check.problems(topics, IDS) == ["0 of 2 vectors are refused; one in 3 has to be"]


def test_an_accepted_vector_may_have_a_neighbour_with_another_answer(topic: Topic) -> None:
    neighbour = {"neighbour": "canonical/good", "reason": "Both matter."}
    same = changed(topic, 1, expect=topic.vectors[0].expect, **neighbour)
    assert "its neighbour canonical/good has the same answer" in check.problems(same, IDS)[1]
    other = changed(topic, 1, expect={"ok": {"text": "other"}}, **neighbour)
    assert len(check.problems(other, IDS)) == 1


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"minimum": 3}, "canonical.json: 2 vectors, the minimum is 3"),
        ({"path": Path("x.json")}, "x.json: the topic is 'canonical', the file must be named"),
        ({"flags": {**FLAGS, "Idle": {}}}, "no vector has the declared flag 'Idle'"),
    ],
)
def test_a_problem_of_a_topic_is_found(topic: Topic, members: dict[str, Any], said: str) -> None:
    found = check.problems([replace(topic, **members)], IDS)
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("a", "b", "number"),
    [
        ({"a": [1, {"b": "x"}]}, {"a": [1, {"b": "x"}]}, 0),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, 1),
        ({"a": 1, "b": 2}, {"a": 1, "c": 2}, 1),
        ({"a": 1}, {"a": 1, "b": 2, "c": 3}, 2),
        ([1, 2, 3], [1, 4], 2),
        ([[1], {"x": 1}], [[2], {"x": True}], 2),
        ({"a": 1}, [1], 1),
        (1, True, 1),
    ],
)
def test_places(a: object, b: object, number: int) -> None:
    assert check.places(a, b) == check.places(b, a) == number


def test_too_small_a_suite_is_found(topic: Topic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "LEAST", 1500)
    assert check.problems([topic], IDS) == ["the suite has 2 vectors, and needs at least 1500"]
