"""A baseline: the cases that are known to fail, each with its error.

Invariant: a run with a baseline passes only if each case does what the baseline says: a case that
passes again, that fails in another way, and an id that no case has, are failures.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from .report import Report, Result

_FAILING: Final = ("failed", "flaky")
_MEMBERS: Final = {"id": str, "error": str, "flaky": bool}


class BaselineError(ValueError):
    """A file that is no baseline: the call is wrong."""


@dataclass(frozen=True, slots=True)
class Known:
    """A case that is known to fail with an error, or, if it is `flaky`, now and then."""

    id: str
    error: str
    flaky: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the file."""
        entry: dict[str, Any] = {"id": self.id, "error": self.error}
        return entry | {"flaky": True} if self.flaky else entry


def load(path: Path) -> dict[str, Known]:
    """Read a baseline: what is known, by id. Raises BaselineError, which names the file."""
    try:
        document = json.loads(path.read_bytes())
        entries = [_entry(item) for item in document["known"]]
    except FileNotFoundError:
        message = f"{path} is not there; --update-baseline writes it."
        raise BaselineError(message) from None
    except (KeyError, TypeError, ValueError, OSError, RecursionError) as error:
        raise BaselineError(f"{path} is no baseline: {error}") from error
    return {entry.id: entry for entry in entries}


def _entry(item: Any) -> Known:
    for name, kind in _MEMBERS.items():
        if name in item and not isinstance(item[name], kind):
            raise TypeError(f"{name!r} of an entry is to be a {kind.__name__}")
    return Known(item["id"], item["error"], item.get("flaky", False))


def compare(report: Report, known: dict[str, Known], ids: Collection[str]) -> None:
    """Judge a report by what is known. ``ids`` are those of all cases, chosen or not."""
    report.results = [_judged(result, known.get(result.vector.id)) for result in report.results]
    report.stale += [f"there is no case {name}" for name in known if name not in ids]


def _judged(result: Result, entry: Known | None) -> Result:
    if entry is None or result.status not in ("passed", *_FAILING):
        return result
    if entry.flaky:
        return replace(result, status="known", detail=result.detail or "it passed this time")
    if result.status == "passed":
        detail = f"it passes now; the baseline knows it to fail: {entry.error}"
        return replace(result, status="failed", detail=detail)
    if result.status == "failed" and result.detail == entry.error:
        return replace(result, status="known")
    return replace(result, detail=f"{result.detail} (the baseline knows: {entry.error})")


def updated(report: Report, known: dict[str, Known], ids: Collection[str]) -> str:
    """Return the text of a baseline that knows what a report shows.

    ``report`` was not compared yet. What is known of cases that were not run stays.
    """
    now = {result.vector.id: result for result in report.results}
    kept = [entry for name, entry in known.items() if name in ids and not _was_run(now.get(name))]
    new = [
        Known(result.vector.id, result.detail, result.status == "flaky")
        for result in report.with_status(*_FAILING)
    ]
    entries = sorted((*kept, *new), key=lambda entry: entry.id)
    return (
        json.dumps({"mizan": "1.0", "known": [entry.as_json() for entry in entries]}, indent=2)
        + "\n"
    )


def _was_run(result: Result | None) -> bool:
    return result is not None and result.status in ("passed", *_FAILING)


def merged(reports: Sequence[Report]) -> Report:
    """Return one report of several runs: what passed in some and failed in others is flaky."""
    first, *_ = reports
    runs = zip(*(report.results for report in reports), strict=True)
    first.results = [_one(results) for results in runs]
    first.unattributed = list(_distinct(report.unattributed for report in reports))
    return first


def _one(results: Sequence[Result]) -> Result:
    failed = [result for result in results if result.status == "failed"]
    if not failed or len({(result.status, result.detail) for result in results}) == 1:
        return results[0]
    detail = f"failed in {len(failed)} of {len(results)} runs: {failed[0].detail}"
    return replace(failed[0], status="flaky", detail=detail)


def _distinct(lists: Iterable[Iterable[str]]) -> dict[str, None]:
    return {line: None for lines in lists for line in lines}
