"""mizan_conformance.reach: which vectors call which functions of the core, in a process of its own,
for it loads the core anew."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PROGRAM = """
import json
from mizan_conformance.mutations import BUILDS
from mizan_conformance.reach import vectors_of

asked = [
    ("events", "visible"), ("url", "parse_query"), ("decode_reader", "_array"),
    ("token", "from_jwk"),
    ("policy", "_row"), ("policy", "response_headers"), ("scope", "nothing"),
    ("coerce", "<module>"),
]
found = {f"{module}.{name}": vectors_of((), module, name) for module, name in asked}
quick, plain = (vectors_of(BUILDS[n], "decode_quick", "read_quickly") for n in (0, 2))
found["quick"], found["plain"] = quick, plain
print(json.dumps({name: None if ids is None else sorted(ids) for name, ids in found.items()}))
"""


@pytest.fixture(scope="module")
def reached() -> dict[str, list[str] | None]:
    """The ids of the vectors that call some functions; None: all."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    found: dict[str, list[str] | None] = json.loads(done.stdout)
    return found


def test_a_function_is_reached_by_the_vectors_of_its_operation(
    reached: dict[str, list[str] | None],
) -> None:
    ids = reached["url.parse_query"]
    assert ids
    assert {each.partition("/")[0] for each in ids} == {"url-parse"}
    assert len(ids) > 40


def test_a_method_is_reached_by_its_own_name(reached: dict[str, list[str] | None]) -> None:
    for name in ("decode_reader._array", "token.from_jwk"):
        assert reached[name]


def test_what_runs_while_the_core_is_loaded_is_reached_by_all(
    reached: dict[str, list[str] | None],
) -> None:
    assert reached["coerce.<module>"] is None


def test_a_function_that_nobody_calls_is_reached_by_none(
    reached: dict[str, list[str] | None],
) -> None:
    assert reached["scope.nothing"] == []


def test_what_is_remembered_is_asked_for_anew(reached: dict[str, list[str] | None]) -> None:
    # `_row` is remembered by its facts.
    assert reached["policy._row"]
    assert reached["policy._row"] == reached["policy.response_headers"]


def test_a_build_has_its_own_ways(reached: dict[str, list[str] | None]) -> None:
    assert reached["quick"]
    assert not reached["plain"]
