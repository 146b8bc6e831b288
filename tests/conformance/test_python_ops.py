"""Every operation of annex C is there, and gives what the vectors expect."""

import re
from pathlib import Path

import pytest

from mizan.errors import MizanError
from mizan_conformance.messages import Answer
from mizan_conformance.python_ops import OPERATIONS
from mizan_conformance.run import judge
from mizan_conformance.vectors import Topic, Vector, load_topics

SPEC = (Path(__file__).resolve().parent.parent.parent / "SPEC.md").read_text("utf-8")


def test_every_operation_of_the_annex_is_there() -> None:
    _, _, annex = SPEC.partition("### C.2 Values")
    named = re.findall(r"^\| `([a-z.]+)` \|", annex, re.MULTILINE)
    assert sorted(OPERATIONS) == sorted(named)


def answer(vector: Vector) -> Answer:
    try:
        return Answer(OPERATIONS[vector.op](vector.input))
    except MizanError as error:
        return Answer(None, error.code, str(error))


@pytest.mark.parametrize("topic", load_topics(), ids=lambda topic: str(topic.name))
def test_the_core_passes(topic: Topic) -> None:
    verdicts = {vector.id: judge(vector, answer(vector)) for vector in topic.vectors}
    wrong = [f"{name}: {verdict}" for name, verdict in verdicts.items() if verdict]
    assert not wrong, "\n".join(wrong)
