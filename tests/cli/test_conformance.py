"""`mizan conformance list|run`."""

from typing import Any

import pytest

from mizan_conformance.vectors import load_all


def test_every_vector_is_listed(mizan: Any) -> None:
    done = mizan("conformance", "list")
    assert done.out.splitlines() == [vector.id for vector in load_all()]


def test_vectors_are_selected_by_pattern_topic_and_operation(mizan: Any) -> None:
    def ids(*patterns: str) -> list[str]:
        options = [word for pattern in patterns for word in ("--select", pattern)]
        found: list[str] = mizan("conformance", "list", *options).out.splitlines()
        return found

    assert {name.partition("/")[0] for name in ids("token-*/*")} == {"token-sign", "token-verify"}
    assert ids("key") == [vector.id for vector in load_all() if vector.topic == "key"]
    assert set(ids("key", "header.parse")) == set(ids("key")) | set(ids("header-parse"))


def test_topics_are_counted(mizan: Any) -> None:
    lines = mizan("conformance", "list", "--topics", "--select", "key", "--select", "jcs").out
    rows = [line.split(maxsplit=1) for line in lines.splitlines()]
    assert [name for _, name in rows] == ["jcs", "key", "in all"]
    assert int(rows[0][0]) + int(rows[1][0]) == int(rows[2][0])


@pytest.mark.parametrize("arguments", [["list"], ["run", "--", "never-started"]])
def test_a_pattern_that_chooses_nothing_is_a_wrong_call(mizan: Any, arguments: list[str]) -> None:
    done = mizan("conformance", arguments[0], "--select", "nothing", *arguments[1:])
    assert (done.status, done.out) == (2, "")
    assert "No vector matches 'nothing'. The topics are: canonical" in done.err
