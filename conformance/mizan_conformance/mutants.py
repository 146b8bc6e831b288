"""Mutants of the Python core, with one small fault each, and which cases see it.

A mutant is a patch: lines of `mizan.protocol` that are replaced (`ports/broken/mutants/*.toml`).
All begin with `plain.toml`, which takes the quick ways out of the core, so that what a rule says
stands in one place.

Invariant: what a patch finds stands in the source exactly once, else the mutant is no mutant; the
core of this process is as it was, for mutants are loaded in processes of their own.
"""

from __future__ import annotations

import signal
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from types import CodeType
from typing import Any, Final

from mizan.errors import MizanError
from mizan.resources import mutants_dir

from .messages import Answer
from .progress import Progress, silent
from .run import judge
from .vectors import SelectionError, Vector, load_all

_CORE: Final = "mizan.protocol."
OPERATIONS: Final = "mizan_conformance.python_ops"
"""The module that asks the core what the vectors ask."""
_PLAIN: Final = "plain.toml"
SURVIVORS: Final = "survivors.toml"
"""What `mutations` reads; no mutants."""
LONGEST: Final = 60
"""Seconds after which a mutant is taken to hang."""


class PatchError(LookupError):
    """A patch does not fit the source."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What is put in place of what, in a module below `mizan`."""

    module: str
    find: str
    put: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: which requirements it breaks, and whose cases must see it.

    ``topics``: without any, the cases of all; ``quick``: whether it keeps the core's quick ways;
    ``vectors``: the ids of those cases that are worth asking, None for all.
    """

    id: str
    fault: str
    topics: tuple[str, ...]
    requirements: tuple[str, ...]
    edits: tuple[Edit, ...]
    quick: bool = False
    vectors: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the cases of a mutant's topics said: the ids of those that failed.

    ``missed``: the requirements that it breaks and that no failed case names;
    ``broken``: why it could not be run.
    """

    mutant: Mutant
    failed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    broken: str | None = None

    @property
    def is_killed(self) -> bool:
        """Whether a case of the right topic failed for each requirement that the fault breaks."""
        return bool(self.failed) and not self.missed and not self.broken


def load_mutants(patterns: str | Sequence[str] = "*") -> list[Mutant]:
    """Return the mutants whose id, or one of whose topics or requirements, a pattern fits.

    Raises SelectionError for a pattern that chooses none.
    """
    everything = [each for path in _files() for each in _of_file(path)]
    chosen: set[str] = set()
    for pattern in (patterns,) if isinstance(patterns, str) else patterns:
        found = {each.id for each in everything if _fits(each, pattern)}
        if not found:
            raise SelectionError(f"No mutant, topic or requirement matches {pattern!r}.")
        chosen |= found
    return [each for each in everything if each.id in chosen]


def _fits(mutant: Mutant, pattern: str) -> bool:
    names = (mutant.id, *mutant.topics, *mutant.requirements)
    return any(fnmatchcase(name, pattern) for name in names)


def _files() -> list[Path]:
    others = (_PLAIN, SURVIVORS)
    return [path for path in sorted(mutants_dir().glob("*.toml")) if path.name not in others]


def _of_file(path: Path) -> Iterator[Mutant]:
    document = tomllib.loads(path.read_text("utf-8"))
    for item in document["mutant"]:
        entry = {**document.get("all", {}), **item}
        edits = entry.get("edits") or [entry]
        yield Mutant(
            entry["id"],
            entry["fault"],
            tuple(entry["topics"]),
            tuple(entry["requirements"]),
            tuple(_edit(each, entry) for each in edits),
        )


def _edit(item: Mapping[str, Any], entry: Mapping[str, Any]) -> Edit:
    return Edit(item.get("module", entry.get("module", "")), item["find"], item["put"])


@cache
def plain_edits() -> tuple[Edit, ...]:
    """Return what takes the quick ways out of the core."""
    document = tomllib.loads((mutants_dir() / _PLAIN).read_text("utf-8"))
    return tuple(Edit(each["module"], each["find"], each["put"]) for each in document["edit"])


PLAIN: Final = Mutant("plain", "None: the core without its quick ways.", (), (), ())
"""What every mutant is beside its fault; it passes every case."""


def run_mutants(
    mutants: Sequence[Mutant],
    *,
    processes: int | None = None,
    longest: int = LONGEST,
    progress: Progress = silent,
) -> list[Outcome]:
    """Run the cases of its topics on each mutant, several at a time; `longest` is in seconds."""
    outcomes: list[Outcome] = []
    context = get_context("spawn")  # a process with threads is not to be forked
    with ProcessPoolExecutor(processes, context) as pool:
        for outcome in pool.map(partial(try_mutant, longest=longest), mutants):
            outcomes.append(outcome)
            progress(len(outcomes), len(mutants))
    return outcomes


@cache
def suite() -> tuple[Vector, ...]:
    """Return all vectors."""
    return tuple(load_all())


def _cases(mutant: Mutant) -> list[Vector]:
    return [
        each
        for each in suite()
        if (not mutant.topics or each.topic in mutant.topics)
        and (mutant.vectors is None or each.id in mutant.vectors)
    ]


def try_mutant(mutant: Mutant, longest: int = LONGEST, most: int | None = None) -> Outcome:
    """Load a mutant into this process, in place of the core, and ask it the cases of its topics.

    ``longest``: in seconds; ``most``: after how many failures to stop.
    """
    try:
        with _deadline(longest):
            operations = load(mutant)
            every = (each for each in _cases(mutant) if fails(operations, each))
            failed = [*islice(every, most)]
    except (LookupError, SyntaxError, ImportError, TimeoutError) as error:
        return Outcome(mutant, broken=f"{type(error).__name__}: {error}")
    named = {name for vector in failed for name in vector.requirements}
    missed = tuple(name for name in mutant.requirements if name not in named)
    return Outcome(mutant, tuple(each.id for each in failed), missed)


def fails(operations: Mapping[str, Any], vector: Vector) -> bool:
    """Return whether operations answer a vector otherwise than it expects."""
    try:
        found = Answer(operations[vector.op](vector.input))
    except MizanError as error:
        found = Answer(None, error.code, str(error))
    except TimeoutError:
        raise
    except Exception:  # noqa: BLE001 (a port that crashes fails the case)
        return True
    return judge(vector, found) is not None


@contextmanager
def _deadline(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in a block that lasts too long, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def end(*_: object) -> None:
        raise TimeoutError(f"it did not end in {seconds} s")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def load(mutant: Mutant) -> Mapping[str, Any]:
    """Load a core with a mutant's patches in place of that of this process; return its operations.

    Raises LookupError for a patch that does not fit.
    """
    edits: dict[str, list[Edit]] = {}
    for edit in (*(() if mutant.quick else plain_edits()), *mutant.edits):
        edits.setdefault(f"mizan.{edit.module}", []).append(edit)
    for name, module in [*sys.modules.items()]:
        was_patched = isinstance(getattr(module, "__loader__", None), _Loader)
        if name in edits or was_patched or name == OPERATIONS or name.startswith(_CORE):
            del sys.modules[name]
            package, _, last = name.rpartition(".")
            vars(sys.modules[package]).pop(last, None)  # else `from package import` finds it there
    finder = _Finder(edits)
    sys.meta_path.insert(0, finder)
    try:
        operations: Mapping[str, Any] = import_module(OPERATIONS).OPERATIONS
    finally:
        sys.meta_path.remove(finder)
    return operations


class _Finder(MetaPathFinder):
    """Finds the modules that are patched."""

    def __init__(self, edits: Mapping[str, Sequence[Edit]]) -> None:
        self._edits = edits

    def find_spec(self, name: str, path: Any, _target: Any = None) -> ModuleSpec | None:
        """Return how to load a patched module; None for any other."""
        if name not in self._edits:
            return None
        found = PathFinder.find_spec(name, path)
        if found is None or found.origin is None:
            raise LookupError(f"There is no module {name}.")
        loader = _Loader(name, found.origin, self._edits[name])
        return spec_from_file_location(name, found.origin, loader=loader)


class _Loader(SourceFileLoader):
    """Loads a module from its source with patches, never from a cache of compiled code."""

    def __init__(self, name: str, path: str, edits: Iterable[Edit]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_code(self, fullname: str) -> CodeType:
        """Return the compiled, patched source."""
        return compile(patched(self.get_source(fullname) or "", self._edits), self.path, "exec")


def patched(source: str, edits: Iterable[Edit]) -> str:
    """Return a source with patches. Raises PatchError for what does not stand there just once."""
    for edit in edits:
        if (times := source.count(edit.find)) != 1:
            raise PatchError(f"in {edit.module} this stands {times} times: {edit.find!r}")
        source = source.replace(edit.find, edit.put)
    return source
