"""Asks two sides for the same, until they differ or enough was drawn.

Invariant: a run is a function of its seed, its corpus and the two sides; what it returns is the
smallest input that the shrinking found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final

from mizan_conformance.channel import Fault
from mizan_conformance.messages import Answer
from mizan_conformance.progress import Progress, silent
from mizan_conformance.run import judge
from mizan_conformance.vectors import load_all

from .corpus import Corpus
from .laws import broken
from .mutate import Case, Mutator
from .shrink import shrink
from .sides import Side
from .topics import TOPICS
from .vector import Difference, as_vector, expectation

BATCH: Final = 2000
_SLOW_TRIES: Final = 40  # where each try may cost a deadline and a start


@dataclass(slots=True)
class Search:
    """Two sides and a topic. ``left`` is held to be right where only one of them can be."""

    left: Side
    right: Side
    ops: Sequence[str]
    corpus: Corpus
    progress: Progress = silent
    asked: int = 0

    def run(self, examples: int, seed: int) -> Difference | None:
        """Draw so many examples. Returns the smallest difference found, or None."""
        seeds = [Case(vector.op, vector.input) for vector in load_all()]
        mutator = Mutator([*seeds, *self.corpus.cases], self.ops)
        random = Random(seed)  # noqa: S311 (a seed is to give the same run again)
        return self.over((mutator.draw(random) for _ in range(examples)), examples)

    def over(self, cases: Iterable[Case], total: int) -> Difference | None:
        """Compare the two sides on given cases, of which there are ``total``."""
        for batch in _batches(cases):
            found = self.compare(batch)
            self.asked += len(batch)
            self.progress(min(self.asked, total), total)
            if found:
                self.progress(total, total)
                return self._smallest(found)
        return None

    def compare(self, batch: Sequence[Case]) -> Difference | None:
        """Return the first difference of a batch, as it is."""
        answers = zip(batch, self.left.answers(batch), self.right.answers(batch), strict=True)
        for case, left, right in answers:
            if found := differ(case, left, right):
                return found
            self.corpus.offer(case, left)
        return None

    def _smallest(self, found: Difference) -> Difference:
        smallest = found

        def differs(case: Case) -> bool:
            nonlocal smallest
            again = self.compare([case])
            smallest = again or smallest
            return again is not None

        # A difference that does not come again is told as it was.
        if differs(found.case):
            shrink(found.case, differs, *([_SLOW_TRIES] if found.is_slow else []))
        self.corpus.add(smallest.case)
        return smallest


def differ(case: Case, left: Answer | Fault, right: Answer | Fault) -> Difference | None:
    """Return how the right answer differs from the left one, or which law the left one breaks."""
    if isinstance(left, Fault):
        return Difference(case, left, str(left))
    if law := broken(case, left):
        return Difference(case, left, law)
    if isinstance(right, Fault):
        return Difference(case, left, str(right))
    wrong = judge(as_vector(case, expectation(left)), right)
    return Difference(case, left, wrong) if wrong else None


def operations(topic: str, sides: Iterable[Side]) -> list[str]:
    """Return the operations of a topic that all sides have."""
    able = [getattr(side, "capabilities", TOPICS[topic]) for side in sides]
    return [op for op in TOPICS[topic] if all(op in each for each in able)]


def _batches(cases: Iterable[Case]) -> Iterator[list[Case]]:
    rest = iter(cases)
    while batch := list(islice(rest, BATCH)):
        yield batch
