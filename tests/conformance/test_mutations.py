"""mizan_conformance.mutations: mutmut's mutations of the core, and reasons for those that live."""

from __future__ import annotations

import re

import pytest

from mizan_conformance.mutations import (
    Found,
    Reason,
    core_modules,
    load_reasons,
    run_mutations,
    stale,
    unexplained,
)
from mizan_conformance.vectors import SelectionError

NAMED = Reason(
    "Nobody reads it.", frozenset({"url.build: a => b"}), (r"\w+\.\w*: (text = ).* => \1.*",)
)


def test_what_lives_in_a_module_has_a_reason() -> None:
    progress: list[tuple[int, int]] = []
    found = run_mutations(["scope"], progress=lambda *now: progress.append(now))
    number = found.tried["scope"]
    assert number > 40
    assert progress[-1] == (number, number)
    assert len(found.alive) < number / 5
    assert not found.broken
    reasons = load_reasons()
    assert (unexplained(found, reasons), stale(found, reasons)) == ([], [])
    assert unexplained(found, []) == [*found.alive]
    # What it compares is seen by a vector, where what it says is not.
    assert all("show(" in name or "Catalog" in name for name in found.alive)


def test_modules_are_chosen_by_pattern() -> None:
    assert {"header", "header_reader"} <= {*core_modules(["header*"])} < {*core_modules()}
    assert core_modules(["url", "key"]) == ["key", "url"]
    with pytest.raises(SelectionError, match="nothing-like-it"):
        core_modules(["*", "nothing-like-it"])


def test_a_reason_is_for_a_name_or_a_pattern() -> None:
    alive = (
        "key.pkey: text = 1 => text = 2",
        "key.pkey: text = 1 => code = 2",
        "url.build: a => b",
    )
    found = Found({"key": 9, "url": 9}, alive)
    assert unexplained(found, [NAMED]) == ["key.pkey: text = 1 => code = 2"]
    assert stale(found, [NAMED]) == []


def test_a_reason_for_what_does_not_live_is_stale() -> None:
    assert stale(Found({"url": 9}), [NAMED]) == ["url.build: a => b"]
    assert stale(Found({"key": 9}), [NAMED]) == []  # nobody looked at it
    everything = dict.fromkeys(core_modules(), 9)
    assert stale(Found(everything), [NAMED]) == ["url.build: a => b", *NAMED.patterns]


def test_reasons_are_sentences_and_name_what_is_there() -> None:
    names: list[str] = []
    for reason in load_reasons():
        assert reason.text.endswith(".")
        assert reason.mutations or reason.patterns
        names += reason.mutations
        assert all(re.compile(pattern) for pattern in reason.patterns)
    assert len({*names}) == len(names)
    assert {name.split(".", 1)[0] for name in names} <= {*core_modules()}
    by_pattern = [Reason("", frozenset(), each.patterns) for each in load_reasons()]
    assert not [name for name in names if any(each.fits(name) for each in by_pattern)]
