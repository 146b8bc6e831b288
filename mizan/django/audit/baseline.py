"""The baseline: findings that a project knows of, one a line.

Invariant: a line names a finding without lines of code, so that an edit elsewhere does not move it;
a line that names none is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mizan.django.audit.findings import Finding

_HEAD = "# Findings of mizan_audit that are known: kind, writer, context.\n"


class Compared(NamedTuple):
    """Findings that a baseline does not name, those that it does, and its lines that name none."""

    new: list[Finding]
    known: list[Finding]
    stale: list[str]


def read(path: Path) -> list[str]:
    """Return the lines of a baseline; none of a file that is not there. Raises OSError."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [text for line in lines if (text := " ".join(line.split("#")[0].split()))]


def compare(found: Sequence[Finding], lines: Iterable[str]) -> Compared:
    """Compare findings with the lines of a baseline."""
    named = set(lines)
    keys = {each.key for each in found}
    return Compared(
        [each for each in found if each.key not in named],
        [each for each in found if each.key in named],
        sorted(named - keys),
    )


def write(path: Path, found: Iterable[Finding]) -> None:
    """Write a baseline that names all findings."""
    lines = sorted({each.key for each in found})
    path.write_text(_HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
