"""The one form of results: a document for each benchmark, a row for each thing that it measures.

Invariant: a ratio below 1 is in Mizan's favour, whatever the unit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

MIZAN = "mizan"
FLOOR_LIMIT = 2.0
"""The most that a row may be of its floor."""


@dataclass(frozen=True)
class Row:
    """What was measured of one thing. `values`: by contender, Mizan's among them; `floor`: which of
    them is the least that could be hoped for; `at`: the value of x in a curve."""

    group: str
    what: str
    unit: str
    values: Mapping[str, float]
    floor: str | None = None
    more_is_better: bool = False
    at: float | None = None

    @property
    def peers(self) -> dict[str, float]:
        """The contenders that a user would pick instead."""
        return {name: n for name, n in self.values.items() if name not in (MIZAN, self.floor)}

    @property
    def best_peer(self) -> str | None:
        """The peer that is hardest to beat."""
        return max(self.peers, key=self.ratio_to, default=None)

    def ratio_to(self, contender: str) -> float:
        """Return Mizan's cost in times of a contender's."""
        mine, other = self.values[MIZAN], self.values[contender]
        if mine == other:
            return 1.0
        over, under = (other, mine) if self.more_is_better else (mine, other)
        return over / under if under else float("inf")

    def cost_of(self, contender: str) -> float:
        """Return a contender's cost in times of Mizan's."""
        ratio = self.ratio_to(contender)
        return 1 / ratio if ratio else float("inf")

    @property
    def senseless(self) -> dict[str, float]:
        """The values that measure nothing: negative or infinite ones; 0 as a cost or in a curve."""
        zero = self.more_is_better and self.at is None
        return {
            name: value
            for name, value in self.values.items()
            if not isfinite(value) or value < 0 or (value == 0 and not zero)
        }

    @property
    def behind(self) -> list[str]:
        """The peers that are ahead; as close as the page tells two apart is even."""
        return [name for name in self.peers if round(self.ratio_to(name), 2) > 1]

    @property
    def faults(self) -> list[str]:
        """What has to be said against Mizan."""
        found = []
        if self.behind:
            found.append("behind " + ", ".join(self.behind))
        if self.floor and self.ratio_to(self.floor) > FLOOR_LIMIT:
            found.append(f"over {FLOOR_LIMIT:g}x its floor")
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the row with its ratios; an infinite one is null: JSON has no such number."""
        best = self.best_peer
        return {
            **asdict(self),
            "values": {name: significant(value) for name, value in self.values.items()},
            "best_peer": best,
            "ratio_to_best_peer": self._stored_ratio(best),
            "ratio_to_floor": self._stored_ratio(self.floor),
        }

    def _stored_ratio(self, contender: str | None) -> float | None:
        ratio = self.ratio_to(contender) if contender else None
        return significant(ratio) if ratio is not None and isfinite(ratio) else None


@dataclass(frozen=True)
class Results:
    """What one run of a benchmark found. `about`: what the page says of it, in Markdown."""

    name: str
    about: str
    command: str
    versions: Mapping[str, str]
    machine: Mapping[str, str]
    quick: bool
    rows: list[Row] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Store the document."""
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {**asdict(self), "rows": [row.as_json() for row in self.rows]}
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")


def read(path: Path) -> Results:
    """Return a stored document."""
    document = json.loads(path.read_text(encoding="utf-8"))
    names = [*Row.__dataclass_fields__]
    rows = [Row(**{name: row[name] for name in names}) for row in document.pop("rows")]
    return Results(**document, rows=rows)


def significant(value: float, digits: int = 4) -> float:
    """Return the number with so many digits that mean something."""
    return float(f"{value:.{digits}g}")


def number(value: float) -> str:
    """Return the number for people."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
