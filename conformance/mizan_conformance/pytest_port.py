"""A pytest plugin: each vector is a test of a port (conformance/README.md).

Invariant: loading it imports pytest alone, and without `--mizan-port` it adds nothing. The port
runs once for all tests of a process, in a pipeline, as `mizan conformance run` does.

    pytest --mizan-port "node port.mjs" --mizan-select header-parse
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .report import Report, Result
    from .vectors import Vector


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("mizan", "Mizan's conformance suite")
    group.addoption("--mizan-port", metavar="COMMAND", help="the port to test: each vector a test")
    group.addoption(
        "--mizan-select",
        action="append",
        metavar="PATTERN",
        help="only these vectors: a pattern of ids, a topic or an operation; may be repeated",
    )


def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the tests of the port behind those of the project."""
    command = config.getoption("--mizan-port")
    if not command:
        return
    from .vectors import SelectionError, load_all, select_vectors

    try:
        chosen = select_vectors(load_all(), config.getoption("--mizan-select") or "*")
    except SelectionError as error:
        raise pytest.UsageError(f"--mizan-select: {error}") from error
    run = _Run(shlex.split(command, posix=os.name == "posix"), chosen)
    items += [_Case.from_parent(session, name=vector.id, run=run) for vector in chosen]
    items.append(_Whole.from_parent(session, name="mizan-port", run=run))


class _Run:
    """One run of the suite, when the first test asks for it."""

    def __init__(self, command: list[str], vectors: list[Vector]) -> None:
        self._command = command
        self._vectors = vectors
        self._report: Report | None = None
        self._results: dict[str, Result] = {}

    def report(self) -> Report:
        """What became of it. Ends pytest where there is no port to speak with."""
        from .channel import PortUnusable
        from .progress import silent
        from .run import run_suite

        if self._report is None:
            try:
                self._report = run_suite(self._command, vectors=self._vectors, progress=silent)
            except PortUnusable as error:
                pytest.exit(f"--mizan-port: {error}", returncode=pytest.ExitCode.USAGE_ERROR)
            self._results = {each.vector.id: each for each in self._report.results}
        return self._report

    def of(self, name: str) -> Result:
        """Return what became of a vector."""
        self.report()
        return self._results[name]


class _Failed(Exception):  # noqa: N818 (a failure, shown without a trace)
    pass


class _Item(pytest.Item):
    def __init__(self, *, run: _Run, **more: Any) -> None:
        super().__init__(**more)
        self._run = run

    def repr_failure(
        self,
        excinfo: pytest.ExceptionInfo[BaseException],
        style: Any = None,
    ) -> Any:
        """Show what the suite says, without a trace of this module."""
        if isinstance(excinfo.value, _Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Return what pytest calls the test: the id of its vector."""
        return "mizan-port", None, self.name


class _Case(_Item):
    """A vector."""

    def runtest(self) -> None:
        """Skip what the port does not declare; fail with what is wrong."""
        result = self._run.of(self.name)
        if result.status == "skipped":
            pytest.skip(result.detail)
        if result.status != "passed":
            lines = (", ".join(result.vector.requirements), result.vector.note, result.detail)
            raise _Failed("\n".join(lines))


class _Whole(_Item):
    """What no vector can be charged with."""

    def runtest(self) -> None:
        """Fail where something went wrong beside the vectors."""
        if said := "\n".join(self._said()):
            raise _Failed(said)

    def _said(self) -> Iterator[str]:
        report = self._run.report()
        yield from report.unattributed
        if report.fatal:
            yield report.fatal
