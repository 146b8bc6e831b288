"""The vector files load, and patterns choose among them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_conformance.vectors import (
    SelectionError,
    Vector,
    load_all,
    load_topic,
    load_topics,
    select_vectors,
)

FILE = {
    "mizan": "1.0",
    "topic": "jcs",
    "op": "jcs",
    "minimum": 1,
    "flags": {"Nan": {"bug": "Writes NaN."}},
    "vectors": [
        {
            "id": "jcs/nan",
            "requirements": ["MZ-JCS-005"],
            "flags": ["Nan"],
            "note": "NaN is no JSON.",
            "input": {"value": {"$double": "NaN"}},
            "expect": {"error": {"code": "json.nan"}},
            "neighbour": "jcs/one",
            "reason": "It is the first.",
        }
    ],
}


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "jcs.json"
    path.write_text(json.dumps(FILE))
    (topic,) = load_topics(tmp_path)
    (vector,) = topic.vectors
    assert (topic.name, topic.op, topic.minimum, topic.path) == ("jcs", "jcs", 1, path)
    assert (vector.id, vector.topic, vector.op) == ("jcs/nan", "jcs", "jcs")
    assert (vector.code, vector.neighbour, vector.reason) == (
        "json.nan",
        "jcs/one",
        "It is the first.",
    )
    request = json.loads(b'{"id":7' + vector.payload)
    assert request == {"id": 7, "op": "jcs", "input": {"value": {"$double": "NaN"}}}
    assert vector.payload.endswith(b"}\n")
    assert load_all(tmp_path) == [vector]


@pytest.mark.parametrize("text", ["[]", "{", '{"topic": "a"}', '{"vectors": [{}]}'])
def test_what_is_no_vector_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"odd\.json is no vector file"):
        load_topic(path)


def test_the_suite_is_found_without_a_folder() -> None:
    assert [topic.name for topic in load_topics()] == sorted(t.name for t in load_topics())
    assert len(load_all()) == sum(len(topic.vectors) for topic in load_topics())


def test_selection(make_vector: Callable[..., Vector]) -> None:
    vectors = [make_vector("a"), make_vector("ab"), make_vector("a", op="header.parse")]
    a, ab, parse = vectors
    assert select_vectors(vectors) == vectors
    assert select_vectors(vectors, "canonical") == [a, ab]
    assert select_vectors(vectors, "header.parse") == [parse]
    assert select_vectors(vectors, "*/a") == [a, parse]
    assert select_vectors(vectors, ["header.*", "*/ab"]) == [ab, parse]
    with pytest.raises(SelectionError, match=r"topics are: canonical, header\.parse"):
        select_vectors(vectors, ["canonical", "token/*"])
