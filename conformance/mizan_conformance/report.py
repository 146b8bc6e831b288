"""The result of a run, and its forms: for people, programs, CI systems, pull requests, pages.

Invariant: a report passes only if every case that was asked for passed or is known to fail, and
nothing happened that no case could be charged with; a skip is never silent.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

if TYPE_CHECKING:
    from mizan.models.port import HelloOk

    from .vectors import Vector

Status = Literal["passed", "failed", "known", "flaky", "skipped", "suite", "not run"]
"""`known`: fails as the baseline says; `flaky`: at times; `suite`: the case itself is wrong."""

STATUSES: Final[tuple[Status, ...]] = get_args(Status)
_BAD: Final = frozenset({"failed", "flaky", "suite", "not run"})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case.

    ``detail`` says why, where it did not pass; ``answer`` is what the port answered:
    ``{"ok": output}`` or ``{"error": {"code", "message"}}``, None where there is none.
    """

    vector: Vector
    status: Status
    detail: str = ""
    answer: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Report:
    """What became of a run.

    ``unattributed`` are incidents that no case could be charged with, ``stale`` is what a baseline
    says of cases that there are not, ``fatal`` is why the port could not be used at all. ``hello``
    is what the port says of itself.
    """

    command: Sequence[str]
    hello: HelloOk | None = None
    results: Sequence[Result] = ()
    unattributed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    fatal: str | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing failed: skipped cases do not count, incidents do."""
        bad = any(result.status in _BAD for result in self.results)
        return not (bad or self.unattributed or self.stale or self.fatal)

    @property
    def exit_code(self) -> int:
        """The exit status of a command that ran this: 0 or 1."""
        return 0 if self.passed else 1

    @property
    def name(self) -> str:
        """What the port calls itself, or the command that starts it."""
        hello = self.hello
        if hello is None:
            return shlex.join(self.command)
        return f"{hello.name} {hello.version} ({hello.language})"

    def count(self, status: Status) -> int:
        """Return the number of cases with a status."""
        return sum(result.status == status for result in self.results)

    def with_status(self, *statuses: Status) -> list[Result]:
        """Return the results with one of the statuses, in order."""
        return [result for result in self.results if result.status in statuses]


# name of a form -> (module, function, ending of files)
FORMS: Final[Mapping[str, tuple[str, str, str]]] = {
    "human": ("report_text", "human", ".txt"),
    "json": ("report_data", "as_json", ".json"),
    "junit": ("report_data", "junit", ".xml"),
    "markdown": ("report_text", "markdown", ".md"),
    "html": ("report_page", "page", ".html"),
    "badge": ("report_page", "badge", ".svg"),
}


def render(report: Report, style: str = "human") -> str:
    """Return the report as text; ``style`` is one of FORMS. Raises ValueError for another."""
    if style not in FORMS:
        raise ValueError(f"there is no format {style!r}: one of {', '.join(FORMS)}")
    module, function, _ = FORMS[style]
    make: Callable[[Report], str] = getattr(import_module(f".{module}", __package__), function)
    return make(report)


def form_of(path: str) -> str:
    """Return the form that the ending of a file's name asks for. Raises ValueError for none."""
    ending = PurePath(path).suffix.lower()
    for style, (_, _, suffix) in FORMS.items():
        if suffix == ending:
            return style
    endings = ", ".join(suffix for _, _, suffix in FORMS.values())
    raise ValueError(f"{path!r}: the ending says the form of a report; it is one of {endings}")
