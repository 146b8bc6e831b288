"""What workers did, when, and whether a read was stale (one monotonic clock for all processes).

Each worker appends records to a file of its own, which outlives it. A version is a row's; a row is
locked until its change commits, so versions are committed in order. From when a version binds:

- once its change was acknowledged (that is the promise), and
- once anybody has seen it (stronger: from its commit on, as it was held before that);
- if its purge waits in the outbox: once that was delivered; until then the promise is suspended.

A read is stale if it returns less than a version that bound before it began. What was changed while
the store lost data (a fail-over for what was acknowledged, also a flush or a restart for what was
only seen) is counted apart: `lost` must not be seen later than an entry's life after that.

Invariant: judging sorts and passes over the records once, whatever their number.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import NamedTuple

NS = 1_000_000_000
NEVER = 1 << 62
UNSURE = 2 * NS
"""How long after its start a change may still commit whose worker was killed."""


class Kind(IntEnum):
    """What a record says."""

    READ = 0  # through the cache
    DIRECT = 1  # from the database
    WRITE = 2  # an acknowledged change
    PART = 3  # as WRITE: another row of the same change
    STARTED = 4  # a change that may commit
    ROW = 5  # a change that left its purge in the outbox, and may commit
    UNDONE = 6  # a change that was rolled back, and said so
    REFUSED = 7  # a change that was refused, as the cache has to be consistent
    FAILED = 8  # anything that was answered as it should not be


OPERATIONS = {Kind.READ, Kind.DIRECT, Kind.WRITE, Kind.UNDONE, Kind.REFUSED, Kind.FAILED}
STATES = (
    "mizan; hit",
    "mizan; fwd=miss; stored",
    "mizan; fwd=miss",
    "mizan; fwd=miss; detail=busy",
    "mizan; fwd=bypass; detail=held",
    "mizan; fwd=bypass; detail=unavailable",
    "",
)
SHOWN = ("operations", "read", "direct", "write", "undone", "failed")
_FORMAT = struct.Struct("<BBHIqqq")


class Record(NamedTuple):
    """`state`: an index of STATES, or a status less 400; times in ns; `row`: the outbox's, or 0."""

    kind: int
    state: int
    key: int
    version: int
    begin: int
    end: int
    row: int


class Log:
    """Appends records to a file; what was appended stays if this process is killed."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def add(self, records: Iterable[Record]) -> None:
        """Append records at once."""
        os.write(self._file, b"".join(_FORMAT.pack(*each) for each in records))


def size(folder: Path) -> int:
    """Return about how many records the files of a folder have."""
    return sum(path.stat().st_size for path in folder.glob("*.log")) // _FORMAT.size


def load(folder: Path) -> Iterator[Record]:
    """Yield the records of all files of a folder."""
    for path in folder.glob("*.log"):
        data = path.read_bytes()
        whole = len(data) // _FORMAT.size * _FORMAT.size
        yield from map(Record._make, _FORMAT.iter_unpack(data[:whole]))


class Outbox:
    """When rows of the outbox were seen, by looks from outside."""

    def __init__(self) -> None:
        self._looks: list[int] = []
        self._last: dict[int, int] = {}

    def look(self, at: int, ids: Iterable[int]) -> None:
        """Note what was there by a time (ns)."""
        self._looks.append(at)
        self._last.update(dict.fromkeys(ids, at))

    def delivered(self, row: int, after: int) -> int:
        """Return by when a row, committed before `after`, was seen to be gone."""
        at = bisect_right(self._looks, max(self._last.get(row, 0), after))
        return self._looks[at] if at < len(self._looks) else NEVER


@dataclass(frozen=True)
class Loss:
    """When the store lost data; `promised`: also what it was told and had acknowledged."""

    begin: int
    end: int
    promised: bool


@dataclass
class Verdict:
    """How often what was done, and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Verdict) -> Verdict:
        counts = Counter(self.counts)
        counts.update(other.counts)
        return Verdict(counts, self.wrong + other.wrong)


def judge(
    records: Iterable[Record],
    outbox: Outbox,
    losses: Sequence[Loss],
    *,
    life: float,
    states: Sequence[str] = STATES,
    seen: bool = True,
) -> Verdict:
    """Return what records show; `life`: seconds that an entry lives; `states`: what `state` of a
    read is an index of; `seen`: whether a version binds once it was seen."""
    verdict = Verdict()
    verdict.counts.update(dict.fromkeys([*SHOWN, *filter(None, states)], 0))
    by_key: dict[int, list[Record]] = defaultdict(list)
    for each in records:
        by_key[each.key].append(each)
        _count(verdict.counts, each, states)
    if failed := verdict.counts["failed"]:
        verdict.wrong.append(f"{failed} requests were not answered as they should be")
    for key, found in by_key.items():
        _Row(key, found, outbox, losses, round(life * NS), states).judge(verdict, seen=seen)
    return verdict


def _count(counts: Counter[str], record: Record, states: Sequence[str]) -> None:
    kind = Kind(record.kind)
    counts["operations"] += kind in OPERATIONS
    counts[f"{kind.name.lower()}"] += 1
    counts["outboxed"] += kind is Kind.WRITE and record.row > 0
    if kind is Kind.READ:
        counts[states[record.state] or "uncached"] += 1


class _Row:
    """What was done to one row, and from when each of its versions binds."""

    def __init__(
        self,
        key: int,
        records: list[Record],
        outbox: Outbox,
        losses: Sequence[Loss],
        life: int,
        states: Sequence[str],
    ) -> None:
        self.states = states
        self.key = key
        self.life = life
        self.outbox = outbox
        kinds: dict[int, list[Record]] = defaultdict(list)
        for each in records:
            kinds[each.kind].append(each)
        self.reads = sorted(kinds[Kind.READ], key=lambda each: each.begin)
        self.seen = self.reads + kinds[Kind.DIRECT]
        self.acked = {each.version: each for each in kinds[Kind.WRITE] + kinds[Kind.PART]}
        self.rows = {each.version: each for each in kinds[Kind.ROW]}
        self.spans = self._spans(kinds[Kind.STARTED])
        self.lost = {version: self._loss(span, losses) for version, span in self.spans.items()}

    def _spans(self, started: list[Record]) -> Mapping[int, tuple[int, int]]:
        """Return from when to when each version's change may have run; several may have tried."""
        spans: dict[int, tuple[int, int]] = {}
        for each in started:
            acked = self.acked.get(each.version)
            end = acked.end if acked else each.begin + UNSURE
            begin, latest = spans.get(each.version, (each.begin, end))
            spans[each.version] = min(begin, each.begin), max(latest, end)
        return spans

    def _loss(self, span: tuple[int, int], losses: Sequence[Loss]) -> tuple[Loss | None, ...]:
        """Return the loss that excuses what was acknowledged, and that for what was seen."""
        met = [each for each in losses if each.begin <= span[1] and span[0] <= each.end]
        promised = max((each for each in met if each.promised), key=_end, default=None)
        return promised, max(met, key=_end, default=None)

    def judge(self, verdict: Verdict, *, seen: bool) -> None:
        """Note every stale read."""
        acked = {version: each.end for version, each in self.acked.items()}
        verdict.counts["STALE after an acknowledgement"] += 0
        self._pass("after an acknowledgement", self._binding(acked), 0, verdict)
        if seen:
            known = self._binding(self._seen(acked))
            self._pass("after a commit that was seen", known, 1, verdict)
        raw = _Floor(acked.items())
        bound = _Floor(self._binding(acked).items())
        for read in self.reads:
            suspended = bound.at(read.begin) <= read.version < raw.at(read.begin)
            verdict.counts["stale while the outbox held the purge"] += suspended

    def _seen(self, acked: Mapping[int, int]) -> dict[int, int]:
        """Return by when each version was known to be committed."""
        first: dict[int, int] = dict(acked)
        for each in self.seen:
            first[each.version] = min(first.get(each.version, NEVER), each.end)
        known, earliest = {}, NEVER
        for version in sorted({*first, *self.spans}, reverse=True):
            earliest = min(earliest, first.get(version, NEVER))
            known[version] = earliest
        return known

    def _binding(self, known: Mapping[int, int]) -> dict[int, int]:
        """Return from when each version binds, of those known to be committed by a time."""
        return {version: self._delivered(version, at) for version, at in known.items()}

    def _delivered(self, version: int, at: int) -> int:
        acked = self.acked.get(version)
        if acked:
            return max(at, self.outbox.delivered(acked.row, acked.end)) if acked.row else at
        row = self.rows.get(version)
        return max(at, self.outbox.delivered(row.row, row.begin + UNSURE)) if row else at

    def _pass(self, name: str, binding: Mapping[int, int], which: int, verdict: Verdict) -> None:
        lost = {version: loss for version, pair in self.lost.items() if (loss := pair[which])}
        firm = _Floor((version, at) for version, at in binding.items() if version not in lost)
        whole = _Floor(binding.items())
        for read in self.reads:
            if read.version >= whole.at(read.begin):
                continue
            if read.version < (floor := firm.at(read.begin)):
                verdict.counts[f"STALE {name}"] += 1
                verdict.wrong.append(self._tell(name, read, floor))
                continue
            verdict.counts[f"stale {name}: lost with the store's data"] += 1
            ends = [loss.end for version, loss in lost.items() if version > read.version]
            if read.begin > max(ends) + self.life:
                verdict.wrong.append(self._tell(f"{name}, beyond an entry's life", read, floor))

    def _tell(self, name: str, read: Record, floor: int) -> str:
        begin, end = self.spans.get(floor, (0, 0))
        late, state = (read.begin - end) / NS, self.states[read.state]
        return (
            f"row {self.key}: a read {name} of version {floor} returned {read.version} "
            f"({state}), {late:.3f} s after that change of {(end - begin) / NS:.3f} s"
        )


class _Floor:
    """The highest version that binds at a time; asked with times in order."""

    def __init__(self, binding: Iterable[tuple[int, int]]) -> None:
        self._waiting = sorted(((at, version) for version, at in binding), reverse=True)
        self._floor = 0

    def at(self, time: int) -> int:
        """Return it for a read that begins at a time."""
        while self._waiting and self._waiting[-1][0] < time:
            self._floor = max(self._floor, self._waiting.pop()[1])
        return self._floor


def _end(loss: Loss) -> int:
    return loss.end
