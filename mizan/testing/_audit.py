"""`pytest --mizan-audit`: an audit (`mizan.django.audit`) while the tests run, with xdist as well.

Invariant: loading it imports pytest and nothing else; without the option none of its hooks is
there.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

_KEY = "mizan_audit"


def add_options(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("mizan", "Mizan")
    group.addoption(
        "--mizan-audit",
        action="store_true",
        help="report who writes what contexts read and does not say so (docs/audit.md)",
    )
    group.addoption(
        "--mizan-audit-check",
        action="store_true",
        help="the same, and fail with findings that the baseline does not name",
    )
    group.addoption(
        "--mizan-audit-baseline", metavar="FILE", type=Path, help="the findings that are known"
    )
    group.addoption(
        "--mizan-audit-record",
        metavar="FILE",
        type=Path,
        help="write what was seen, for manage.py mizan_audit --report FILE",
    )
    group.addoption(
        "--mizan-audit-all-tables",
        action="store_true",
        help="also audit tables that Django and Mizan keep for themselves",
    )


def configure(config: pytest.Config) -> None:
    """Register the hooks, if they are asked for."""
    option = config.option
    asked = (option.mizan_audit_check, option.mizan_audit_baseline, option.mizan_audit_record)
    if option.mizan_audit or any(asked):
        config.pluginmanager.register(Audit(config), "mizan-audit")


class Audit:
    """The hooks of one session: it records here, or takes in what workers have recorded."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._recorder: Any = None
        self._documents: list[Any] = []
        self._report: Any = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, Any, Any]:
        """Record while the tests run, unless workers run them."""
        is_worker = hasattr(self._config, "workerinput")
        if not is_worker and getattr(self._config.option, "dist", "no") != "no":
            return (yield)
        from mizan.django.audit.session import auditing

        with auditing(all_tables=self._config.option.mizan_audit_all_tables) as self._recorder:
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        """End what fixtures have begun."""
        return (yield from self._flushed())

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """End what a test has begun, before it is rolled back."""
        return (yield from self._flushed())

    def _flushed(self) -> Generator[None, Any, Any]:
        try:
            return (yield)
        finally:
            if self._recorder is not None:
                self._recorder.units.flush()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what a worker has recorded."""
        document = getattr(node, "workeroutput", {}).get(_KEY)
        if document is not None:
            self._documents.append(document)

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Send what was recorded to who started this worker; else judge all of it."""
        from mizan.django.audit import baseline, record
        from mizan.django.audit import session as audits

        if hasattr(self._config, "workeroutput"):
            if self._recorder is not None:
                sent = record.dump(self._recorder.recording)
                self._config.workeroutput[_KEY] = json.dumps(sent)
            return
        found = record.Recording() if self._recorder is None else self._recorder.recording
        for document in self._documents:
            found.merge(record.load(json.loads(document)))
        option = self._config.option
        if option.mizan_audit_record:
            record.save(found, option.mizan_audit_record)
        known = baseline.read(option.mizan_audit_baseline) if option.mizan_audit_baseline else []
        self._report = audits.report(found, known)
        if option.mizan_audit_check and not exitstatus and self._report.compared.new:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Show the report."""
        if self._report is None:
            return
        from mizan.django.audit import output

        markup = {"ERROR": {"red": True}, "WARNING": {"yellow": True}, "SUCCESS": {"green": True}}

        def style(name: str, text: str) -> str:
            return str(
                terminalreporter._tw.markup(  # noqa: SLF001 (as pytest's own)
                    text, **markup.get(name, {"cyan": True})
                )
            )

        terminalreporter.section("Mizan audit")
        terminalreporter.write(output.text(self._report, style))
