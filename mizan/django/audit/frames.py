"""Whose code runs: the frames of the application, told from libraries' and from tests'.

Invariant: a place is that of the application's own code, or there is none.
"""

from __future__ import annotations

import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import NamedTuple

import django
from asgiref.sync import SyncToAsync

_TEST_FILE = re.compile(r"test_.*\.py|.*_tests?\.py|tests?\.py|conftest\.py")
_IN_THREAD = SyncToAsync.thread_handler.__code__
_TEST_FOLDERS = frozenset({"test", "tests", "testing"})


def _libraries() -> tuple[str, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = {str(Path(path).resolve()) for name in names if (path := sysconfig.get_path(name))}
    found |= {str(Path(django.__file__).resolve().parent), str(Path(__file__).resolve().parents[2])}
    return tuple(f"{each}/" for each in sorted(found))


_LIBRARIES = _libraries()


@cache
def is_test(file: str) -> bool:
    """Whether a file is one of the tests."""
    path = Path(file)
    below = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return bool(_TEST_FILE.fullmatch(path.name)) or not _TEST_FOLDERS.isdisjoint(
        below.parts[:-1] if below is not path else path.parts[-2:-1]
    )


@cache
def is_application(file: str) -> bool:
    """Whether a file is the application's own code, and no test."""
    if file.startswith("<") or "site-packages" in file or "dist-packages" in file:
        return False
    full = str(Path(file).resolve())
    is_script = Path(file).name == "manage.py"
    return not full.startswith(_LIBRARIES) and not is_test(file) and not is_script


class Spot(NamedTuple):
    """A line of the application that runs: its function, its line, its module's name."""

    code: CodeType
    line: int
    module: str

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{relative(self.code.co_filename)}:{self.line}"


_awaits: ContextVar[Spot | None] = ContextVar("mizan_audit_awaits", default=None)


@contextmanager
def awaiting() -> Iterator[None]:
    """Note who awaits something that is done in a thread: no frame there leads back to it."""
    token = _awaits.set(nearest())
    try:
        yield
    finally:
        _awaits.reset(token)


def own_frames() -> Iterator[FrameType]:
    """Yield the frames of the application that are on the stack, the nearest first."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (as logging finds its callers)
    while frame is not None:
        if is_application(frame.f_code.co_filename):
            yield frame
        frame = frame.f_back


def nearest() -> Spot | None:
    """Return the nearest line of the application, over the boundary of a thread, or None."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (as above)
    while frame is not None:
        code = frame.f_code
        if code is _IN_THREAD:
            return _awaits.get()
        if is_application(code.co_filename):
            return Spot(code, frame.f_lineno, frame.f_globals.get("__name__", ""))
        frame = frame.f_back
    return None


def place_of(code: CodeType) -> str:
    """Return `file:line` of where a function begins."""
    return f"{relative(code.co_filename)}:{code.co_firstlineno}"


def relative(file: str) -> str:
    """Return a file's path below the current folder, where it is there."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
