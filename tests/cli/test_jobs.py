"""mizan/cli/jobs.py: work that is spread over processes."""

import os
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

import pytest

from mizan.cli import jobs


class Pid:
    """What arrives in another process as that process's number."""

    def __reduce__(self) -> Any:
        return os.getpid, ()


def test_a_batch_is_whole_once_its_size_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 5)
    assert list(jobs.batched([1, 2, 3, 4, 9, 1], int)) == [[1, 2, 3], [4, 9], [1]]
    assert list(jobs.batched([], int)) == []


def test_one_job_is_done_in_this_process() -> None:
    pid = Pid()
    assert list(jobs.spread(itemgetter(0), [[pid], [5]], 1)) == [pid, 5]


def test_more_jobs_are_done_in_others_in_order_and_little_is_read_ahead() -> None:
    read = 0

    def batches() -> Iterator[list[Any]]:
        nonlocal read
        yield [Pid()]
        for read in range(1, 51):
            yield [read]

    results = jobs.spread(itemgetter(0), batches(), 2)
    pid = next(results)
    assert isinstance(pid, int)
    assert pid != os.getpid()
    assert read < 10
    assert list(results) == [*range(1, 51)]


class End:
    """What ends the process that it arrives in."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def test_a_process_that_is_ended_is_told() -> None:
    with pytest.raises(ChildProcessError, match="try fewer"):
        list(jobs.spread(itemgetter(0), [[End()]], 2))
