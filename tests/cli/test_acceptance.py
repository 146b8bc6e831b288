"""Whether a document is right, told quickly (mizan/cli/acceptance.py)."""

import json
from pathlib import Path

import pytest

from mizan.cli.acceptance import MANY, Acceptance, model_of
from mizan.resources import schema_dir
from mizan.schemas import kinds

EXAMPLES = schema_dir() / "v1" / "examples"


@pytest.mark.parametrize("kind", kinds())
def test_the_model_of_each_kind_accepts_its_examples(kind: str) -> None:
    paths = list((EXAMPLES / kind / "valid").glob("*.json"))
    assert paths
    for path in paths:
        model_of(kind).validate_python(json.loads(path.read_bytes()))


def test_nothing_is_known_before_many_were_asked_about() -> None:
    acceptance = Acceptance()
    right, wrong = {"function": "ping"}, {"function": "Ping"}
    assert not any(acceptance.accepts("call", right) for _ in range(MANY))
    assert acceptance.accepts("call", right)
    assert not acceptance.accepts("call", wrong)
    assert not acceptance.accepts("result", {"result": 1})


def test_what_readers_ignore_is_not_accepted() -> None:
    acceptance = Acceptance()
    for _ in range(MANY):
        acceptance.accepts("call", {})
    assert not acceptance.accepts("call", {"function": "ping", "later": 1})


def test_the_examples_are_where_they_are_looked_for() -> None:
    assert {path.name for path in Path(EXAMPLES).iterdir()} == set(kinds())
