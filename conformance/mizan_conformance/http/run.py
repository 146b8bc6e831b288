"""Runs the suite over HTTP against a server of the conformance app.

Invariant: each case begins with a reset server; a server that is gone or hangs ends the run, and
what was not run is said to be so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, TextIO

from mizan.errors import MizanError
from mizan_conformance.progress import Progress, progress_bar
from mizan_conformance.report import Report, Result
from mizan_conformance.vectors import Vector, select_vectors

from .app import App, load_app
from .cases import NEEDS, Case, Wrong, load_cases
from .coded import CODED
from .every import RULES, judged
from .judge import json_of
from .overlap import OVERLAP
from .site import Silence, Site, SiteUnusable
from .stage import Stage

__all__ = ["DEADLINE", "SiteUnusable", "all_cases", "run_http", "vectors"]

DEADLINE: Final = 15.0
"""Seconds that a reply may take unless told otherwise."""

_MOST_SILENT: Final = 3  # cases without a reply one after the other: then nobody is there


def all_cases() -> list[Case]:
    """Return every case but those that hold for every reply."""
    return [*load_cases(), *OVERLAP, *CODED]


def vectors(cases: Sequence[Case]) -> list[Vector]:
    """Return what reports and selections show of all cases, in their order."""
    return [each.vector for each in cases] + [rule.vector for rule in RULES]


def run_http(
    url: str,
    select: str | Sequence[str] = "*",
    auth: Collection[str] = NEEDS,
    deadline: float = DEADLINE,
    *,
    progress: Progress | None = None,
    trace: TextIO | None = None,
) -> Report:
    """Run the selected cases against the server at ``url``.

    ``auth``: how it learns who asks, of `session` and `token`; cases that need another are skipped.
    ``deadline`` is in seconds, for each reply; what is sent and received is written to ``trace``.
    Raises SiteUnusable where there is no server of the conformance app, and SelectionError where a
    pattern chooses nothing.
    """
    cases = all_cases()
    chosen = select_vectors(vectors(cases), select)
    site, app = Site(url, deadline), load_app()
    _check_app(site, app)
    site.trace = trace
    run = _Run(site, app, auth, progress or progress_bar("Running"))
    run.play(cases, {each.id for each in chosen})
    run.judge_rules()
    results = [
        run.results.get(vector.id) or Result(vector, "not run", "the server is gone")
        for vector in chosen
    ]
    return Report(command=(url,), results=results, fatal=run.fatal)


def _check_app(site: Site, app: App) -> None:
    """Raise SiteUnusable where the server is not there, or is not of the conformance app."""
    try:
        reply = Stage(site, app).call("reset")
    except Silence as silence:
        raise SiteUnusable(f"There is no server at {site.url}: {silence}.") from silence
    finally:
        site.seen.clear()
    try:
        known = reply.status == 200 and "result" in json_of(reply)
    except (MizanError, TypeError):
        known = False
    if not known:
        raise SiteUnusable(
            f"{site.url} does not serve the conformance app (conformance/app/README.md): "
            f"its function `reset` was answered with {reply.status} {reply.body[:80]!r}, "
            'not with 200 and {"invalidate":["*"],"result":null}.'
        )


class _Run:
    """The state of a run: what became of each case."""

    def __init__(self, site: Site, app: App, auth: Collection[str], progress: Progress) -> None:
        self.site = site
        self.app = app
        self.auth = frozenset(auth)
        self.progress = progress
        self.results: dict[str, Result] = {}
        self.fatal: str | None = None
        self._silent = 0

    def play(self, cases: Sequence[Case], chosen: Collection[str]) -> None:
        """Play the chosen cases; all of them where rules for every reply alone were chosen."""
        waiting = [each for each in cases if each.vector.id in chosen] or cases
        for done, each in enumerate(waiting, start=1):
            self.results[each.vector.id] = self._played(each)
            self.progress(done, len(waiting))
            if self._silent >= _MOST_SILENT:
                self.fatal = f"{_MOST_SILENT} cases one after the other had no reply at all"
                return

    def judge_rules(self) -> None:
        """Judge what holds for every reply by those that the cases got."""
        if self.fatal:
            return
        for rule in RULES:
            fault = judged(rule, self.site.seen, self.app)
            self.results[rule.vector.id] = Result(
                rule.vector, "failed" if fault else "passed", fault or ""
            )

    def _played(self, each: Case) -> Result:
        if missing := sorted(each.needs - self.auth):
            return Result(each.vector, "skipped", f"--auth leaves out {' and '.join(missing)}")
        stage = Stage(self.site, self.app)
        try:
            stage.call("reset")
            each.play(stage)
        except Silence as silence:
            self._silent += 1
            return Result(each.vector, "failed", f"no reply: {silence}")
        except Wrong as wrong:
            self._silent = 0
            return Result(each.vector, "failed", str(wrong))
        except (MizanError, KeyError, TypeError, ValueError) as error:
            self._silent = 0
            return Result(each.vector, "failed", f"a body cannot be read: {error!r}")
        self._silent = 0
        return Result(each.vector, "passed")
