"""The matrix of requirements: for each of them its cases, its tests, its mutants, or why none can.

Invariant: a requirement that codecs have to meet is held by a case and by a mutant that breaks it;
what no case can hold stands apart, with the tests that do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .mutants import Mutant
from .requirements import Requirement, cases_of
from .vectors import Vector

CODEC: Final = "codec"
LEVELS: Final = (CODEC, "edge", "client", "server")


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement; `cases` and `mutants` are ids."""

    requirement: Requirement
    cases: tuple[str, ...]
    mutants: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the row as JSON values."""
        return {
            **self.requirement.as_json(),
            "cases": list(self.cases),
            "mutants": list(self.mutants),
        }


def matrix(
    registry: Iterable[Requirement], vectors: Iterable[Vector], mutants: Iterable[Mutant]
) -> list[Row]:
    """Return a row for each requirement, in the order of SPEC.md."""
    vectors, mutants = [*vectors], [*mutants]
    return [
        Row(
            entry,
            cases_of(entry, vectors),
            tuple(each.id for each in mutants if entry.id in each.requirements),
        )
        for entry in registry
    ]


def gaps(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a line for each requirement of the codec level without a case, or without a mutant
    where it has cases."""
    for row in rows:
        if row.requirement.level != CODEC:
            continue
        if not row.cases and not row.requirement.tests:
            yield f"{row.requirement.id}: no case holds it"
        if row.cases and not row.mutants:
            yield f"{row.requirement.id}: no mutant breaks it (conformance/ports/broken/mutants)"


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the lines that people read: what cases hold, then what none does."""
    held = [row for row in rows if row.cases]
    apart = [row for row in rows if not row.cases]
    if held:
        yield f"{'requirement':<12}  {'level':<6}  {'cases':>5}  {'mutants':>7}  what"
    for row in held:
        entry = row.requirement
        counts = f"{len(row.cases):>5}  {len(row.mutants):>7}"
        yield f"{entry.id:<12}  {entry.level:<6}  {counts}  {_short(entry.quote)}"
    if apart:
        yield from ("",) * bool(held)
        yield "No case holds these: they need an edge, a client, a look inside, or another version."
    for row in apart:
        entry = row.requirement
        how = f"{len(entry.tests)} tests" if entry.tests else entry.reason or "nothing"
        yield f"{entry.id:<12}  {entry.level:<6}  {_short(entry.quote)}"
        yield f"{'':<12}  held by: {how}"
    yield ""
    yield f"{len(held)} requirements have cases, {len(apart)} have none."


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
