"""A long run: every topic by both engines, a line each; one fault stops no other topic."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from mizan_conformance.fuzz.campaign import fuzz_all
from mizan_conformance.fuzz.topics import TOPICS


def test_every_topic_is_searched_by_both_engines(
    almost: Callable[[str], list[str]], tmp_path: Path
) -> None:
    wrong = almost("if 'matches' in answer.get('ok', {}): answer['ok']['matches'] = 1")
    engines: dict[str, int] = {"fast": 60, "hypothesis": 5}
    rows = [*fuzz_all(wrong, engines, 7, output=tmp_path, stream=StringIO())]  # type: ignore[arg-type]
    assert [row[:3] for row in rows] == [
        (topic, engine, number) for engine, number in engines.items() for topic in TOPICS
    ]
    (fast,) = (row for row in rows if row.found and row.engine == "fast")
    assert fast.topic == "targets"
    assert fast.found is not None
    assert json.loads((tmp_path / "targets-fast.json").read_text()) == fast.found.vector()
    assert all(row.seconds > 0 for row in rows)


def test_what_a_port_does_not_declare_has_no_examples(
    broken: Callable[[str], list[str]],
) -> None:
    rows = {row.topic: row for row in fuzz_all(broken("none"), {"fast": 5}, stream=StringIO())}
    assert (rows["url"].examples, rows["url"].found) == (0, None)
    assert rows["jcs"].examples == 5
