"""The table of what can be fuzzed names what there is."""

from mizan_conformance.fuzz.mutate import general, walk
from mizan_conformance.fuzz.topics import NEVER_EMPTY, PLACES, TOPICS, WHOLE
from mizan_conformance.python_ops import OPERATIONS
from mizan_conformance.vectors import load_all

# What has no free place, or whose inputs are documents that no fuzzer of codecs draws.
LEFT_OUT = {"policy.effective", "policy.headers", "validate"}


def test_every_operation_is_of_one_topic() -> None:
    listed = [op for ops in TOPICS.values() for op in ops]
    assert sorted(listed) == sorted(PLACES)
    assert set(listed) | LEFT_OUT == set(OPERATIONS)


def test_every_place_stands_in_a_vector() -> None:
    places = {(vector.op, general(path)) for vector in load_all() for path, _ in walk(vector.input)}
    missing = [
        (op, free.path)
        for op, frees in PLACES.items()
        for free in frees
        if (op, free.path) not in places
    ]
    assert missing == []


def test_every_name_stands_in_a_vector() -> None:
    names = {path[-1] for vector in load_all() for path, _ in walk(vector.input)}
    assert names >= WHOLE | NEVER_EMPTY
