"""benchmarks/coherence/history.py: it finds what is stale, and excuses nothing else."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from programs import FOLDER

sys.path.append(str(FOLDER))
history: Any = import_module("history")
Kind, Loss, Record, NS = history.Kind, history.Loss, history.Record, history.NS
ACKED, SEEN = "STALE after an acknowledgement", "STALE after a commit that was seen"
LOST = "stale after an acknowledgement: lost with the store's data"
SUSPENDED = "stale while the outbox held the purge"


def change(version: int, begin: int, end: int, row: int = 0) -> list[Any]:
    started = Record(Kind.STARTED, 0, 1, version, begin, begin, 0)
    return [started, Record(Kind.WRITE, 0, 1, version, begin, end, row)]


def read(version: int, begin: int, kind: int = Kind.READ) -> Any:
    return Record(kind, 0, 1, version, begin, begin + 1, 0)


def judge(*records: Any, outbox: Any = None, losses: tuple[Any, ...] = ()) -> Any:
    return history.judge(records, outbox or history.Outbox(), losses, life=10)


def test_a_read_that_began_before_the_acknowledgement_may_be_old() -> None:
    verdict = judge(*change(2, 10, 20), read(1, 20), read(2, 21))
    assert not verdict.wrong
    assert verdict.counts["operations"] == 3


def test_a_read_that_began_after_it_may_not() -> None:
    verdict = judge(*change(2, 10, 20), read(1, 21))
    assert verdict.counts[ACKED] == 1
    assert "row 1" in verdict.wrong[0]


def test_what_was_only_seen_binds_nobody_where_it_is_not_to() -> None:
    started = Record(Kind.STARTED, 0, 1, 2, 5, 5, 0)
    records = [started, read(2, 30), read(1, 40)]
    options = {"life": 10, "states": ("kept", ""), "seen": False}
    verdict = history.judge(records, history.Outbox(), (), **options)
    assert not verdict.wrong
    assert verdict.counts["kept"] == 2


@pytest.mark.parametrize("kind", [Kind.READ, Kind.DIRECT])
def test_reads_never_go_back(kind: int) -> None:
    started = Record(Kind.STARTED, 0, 1, 2, 5, 5, 0)
    verdict = judge(started, read(2, 30, kind), read(1, 40))
    assert (verdict.counts[ACKED], verdict.counts[SEEN]) == (0, 1)


def test_the_promise_is_suspended_until_the_outbox_delivered() -> None:
    outbox = history.Outbox()
    for at, ids in ((15, [7]), (40, [7]), (60, [])):
        outbox.look(at, ids)
    records = [*change(2, 10, 20, row=7), read(1, 50)]
    verdict = judge(*records, outbox=outbox)
    assert not verdict.wrong
    assert verdict.counts[SUSPENDED] == 1
    assert judge(*records, read(1, 61), outbox=outbox).counts[ACKED] == 1
    assert not judge(*records, read(1, 61)).wrong  # nobody saw it delivered


def test_what_the_store_lost_is_counted_apart_for_as_long_as_entries_live() -> None:
    losses = (Loss(5, 15, promised=True),)
    late = 15 + 10 * NS
    verdict = judge(*change(2, 10, 20), read(1, 30), losses=losses)
    assert not verdict.wrong
    assert verdict.counts[LOST] == 1
    assert judge(*change(2, 10, 20), read(1, late + 1), losses=losses).wrong
    assert judge(*change(2, 16, 20), read(1, 30), losses=losses).counts[ACKED] == 1
    only_held = (Loss(5, 15, promised=False),)
    assert judge(*change(2, 10, 20), read(1, 30), losses=only_held).counts[ACKED] == 1


def test_a_record_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    log = history.Log(tmp_path / "1.log")
    log.add([read(1, 10), read(2, 20)])
    path = tmp_path / "1.log"
    path.write_bytes(path.read_bytes()[:-3])
    assert list(history.load(tmp_path)) == [read(1, 10)]
