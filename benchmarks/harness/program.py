"""What every benchmark's command line has, and how it says what it found.

Invariant: what is printed and what is stored come of the same rows.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from . import machine, timer
from .rows import MIZAN, Results, Row, number


class Program:
    """A run of a benchmark: its options, its rows."""

    def __init__(self, name: str, usage: str | None) -> None:
        self.name = name
        self.options = argparse.ArgumentParser(
            prog=f"scripts/bench {name}",
            description=usage,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.options.add_argument("--quick", action="store_true", help="rough figures, soon")
        self.options.add_argument("--json", type=Path, metavar="FILE", help="store the rows there")
        self.rows: list[Row] = []
        self.machine = machine.machine()
        leave_on_sigterm()

    def parse(self) -> argparse.Namespace:
        """Return the options that were given."""
        self.given = self.options.parse_args()
        return self.given

    @property
    def effort(self) -> timer.Effort:
        """How much is to be measured."""
        return timer.QUICK if self.given.quick else timer.FULL

    def add(self, row: Row) -> None:
        """Take a row, and print it. Raises SystemExit where a value measures nothing."""
        if row.senseless:
            found = ", ".join(f"{name} {value:g}" for name, value in row.senseless.items())
            raise SystemExit(
                f"{row.group}, {row.what}: {found} ({row.unit}); a value is a number above 0, "
                "or 0 where more is better and there is no curve"
            )
        if not self.rows or self.rows[-1].group != row.group:
            print(f"\n{row.group} ({row.unit})\n{_line('', [*map(_head, _ordered(row))], 'ratio')}")
        self.rows.append(row)
        names = [name for name in _ordered(row) if name != MIZAN]
        ratios = " ".join(f"{row.ratio_to(name):.2f}" for name in names)
        values = [number(row.values[name]) for name in _ordered(row)]
        print(_line(row.what, values, "; ".join([ratios, *row.faults])), flush=True)

    def finish(
        self,
        about: str,
        packages: Iterable[str] = (),
        programs: Iterable[str] = (),
        others: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Print the versions, and store the rows where that was asked.

        `about` is what the page says, `others` the versions of what is no Python package.
        """
        versions = machine.versions(packages, programs) | others
        print("\n" + ", ".join(f"{name} {found}" for name, found in versions.items()))
        if self.given.json:
            command = f"scripts/bench {self.name}"
            results = Results(
                self.name, about, command, versions, self.machine, self.given.quick, self.rows
            )
            results.write(self.given.json)
            print(f"stored: {self.given.json}", file=sys.stderr)


def leave_on_sigterm() -> None:
    """Let SIGTERM raise SystemExit: Python would die of it at once, and leave servers behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _ordered(row: Row) -> list[str]:
    return [MIZAN, *(name for name in row.values if name != MIZAN)]


def _head(name: str) -> str:
    return name[:16]


def _line(what: str, cells: list[str], rest: str) -> str:
    return f"  {what:26}" + "".join(f"{cell:>17}" for cell in cells) + f"  {rest}"
