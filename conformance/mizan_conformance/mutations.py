"""mutmut's mutations of the Python core, and those that no vector sees.

mutmut makes the mutations; `mutants` loads each in place of the core and asks it the vectors. What
lives has to stand in `survivors.toml`, with the reason why no vector can see it.

Invariant: a mutation is known by what it changes, not by a number, so that a reason holds while
other code comes and goes, and is stale once its own line changes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from difflib import ndiff
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import libcst
from mutmut.mutation.file_mutation import Mutation, MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

import mizan.protocol
from mizan.resources import mutants_dir

from .mutants import (
    PLAIN,
    SURVIVORS,
    Edit,
    Mutant,
    Outcome,
    PatchError,
    load_mutants,
    patched,
    plain_edits,
    try_mutant,
)
from .progress import Progress, silent
from .reach import vectors_of
from .vectors import SelectionError, load_all

LONGEST: Final = 20
"""Seconds that the vectors may take for one mutation; the core takes less than one."""
WITHOUT_ORJSON: Final = (
    Edit("protocol.canonical", "    HAS_FAST = orjson", "    HAS_FAST = False and orjson"),
    Edit("protocol.decode_quick", "    HAS_FAST = orjson", "    HAS_FAST = False and orjson"),
)
"""What makes the core do without orjson, as it does where that is not installed."""
_BYTES_AT_ONCE: Final = "    if type(text) is bytes and len(text) <= limit:\n"
WITH_BYTES: Final = (
    Edit(
        "protocol.decode",
        _BYTES_AT_ONCE,
        "    if type(text) is str and text.isascii():\n"
        f"        text = text.encode()\n{_BYTES_AT_ONCE}",
    ),
)
"""What makes the core read as bytes what the vectors give as text: it has a quick way for them."""
BUILDS: Final[Sequence[Sequence[Edit]]] = ((), WITH_BYTES, plain_edits(), WITHOUT_ORJSON)
"""The core as it is, and in other ways: a mutation may show in any."""
_OF_NO_CORE: Final = frozenset({"validate"})  # by the schemas alone
_CORE: Final = Path(mizan.protocol.__file__).parent


@dataclass(frozen=True, slots=True)
class Found:
    """What came out: how many of each module were tried, and the names of those that live.

    ``broken``: what the core fails without a mutation, so that nothing was tried.
    """

    tried: Mapping[str, int]
    alive: tuple[str, ...] = ()
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why no vector can see some mutations: those named, and those that a pattern matches."""

    text: str
    mutations: frozenset[str]
    patterns: tuple[str, ...]

    def fits(self, name: str) -> bool:
        """Whether it holds for a mutation."""
        return name in self.mutations or any(re.fullmatch(each, name) for each in self.patterns)


def core_modules(patterns: Sequence[str] = ("*",)) -> list[str]:
    """Return the names of the core's modules that a pattern fits, as `header`.

    Raises SelectionError for a pattern that chooses none.
    """
    names = sorted(path.stem for path in _CORE.glob("[a-z]*.py"))
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise SelectionError(f"No module of mizan.protocol matches {pattern!r}.")
    return [name for name in names if any(fnmatchcase(name, each) for each in patterns)]


def load_reasons() -> list[Reason]:
    """Return what `survivors.toml` says."""
    document = tomllib.loads((mutants_dir() / SURVIVORS).read_text("utf-8"))
    return [
        Reason(
            each["reason"], frozenset(each.get("mutations", ())), tuple(each.get("patterns", ()))
        )
        for each in document["survivors"]
    ]


def unexplained(found: Found, reasons: Sequence[Reason]) -> list[str]:
    """Return the names of what lives without a reason."""
    return [name for name in found.alive if not any(each.fits(name) for each in reasons)]


def stale(found: Found, reasons: Sequence[Reason]) -> list[str]:
    """Return the names that do not live, and the patterns that match nothing that does.

    Names of modules that were not tried do not count; patterns do once all modules were.
    """
    named = (name for each in reasons for name in sorted(each.mutations))
    gone = [
        name for name in named if name.split(".", 1)[0] in found.tried and name not in found.alive
    ]
    if {*core_modules()} <= {*found.tried}:
        patterns = (pattern for each in reasons for pattern in each.patterns)
        gone += [
            pattern
            for pattern in patterns
            if not any(re.fullmatch(pattern, name) for name in found.alive)
        ]
    return gone


def run_mutations(
    modules: Sequence[str], *, processes: int | None = None, progress: Progress = silent
) -> Found:
    """Try every mutation of some modules, several at a time."""
    counts = {name: len(_mutations(name)[1]) for name in modules}
    tasks = [(name, number) for name in modules for number in range(counts[name])]
    alive: list[str] = []
    # A process lives for one share of the work: what a mutation spoils in it goes with it.
    with ProcessPoolExecutor(processes, get_context("spawn"), max_tasks_per_child=500) as pool:
        if broken := pool.submit(_of_the_core).result():
            return Found({}, broken=broken)
        for done, name in enumerate(pool.map(_alive, tasks, chunksize=10), 1):
            alive += [name] if name else []
            progress(done, len(tasks))
    return Found(counts, tuple(sorted(alive)))


def _of_the_core() -> str:
    """Return what the core fails as it is, with its quick ways and without."""
    builds = [replace(PLAIN, edits=tuple(edits), quick=True) for edits in BUILDS]
    outcomes = [try_mutant(each) for each in builds]
    return ", ".join(each.broken or ", ".join(each.failed[:5]) for each in outcomes if _lost(each))


def _lost(outcome: Outcome) -> bool:
    return bool(outcome.failed or outcome.broken)


def _alive(task: tuple[str, int]) -> str | None:
    """Return the name of a mutation that no vector sees, else None."""
    module, number = task
    tree, found = _mutations(module)
    mutation = found[number]
    whole = deep_replace(tree, mutation.original_node, mutation.mutated_node)
    assert isinstance(whole, libcst.Module)  # noqa: S101 (a mutation is a part of one)
    mutated = whole.code
    within = mutation.contained_by_top_level_function  # or an attribute of a class, or nothing
    function = within.name.value if isinstance(within, libcst.FunctionDef) else ""
    if any(_is_seen(mutant) for mutant in _mutants(module, mutated, function)):
        return None
    return f"{module}.{function}: {_change(module, mutated)}"


@lru_cache(maxsize=2)
def _mutations(module: str) -> tuple[libcst.Module, Sequence[Mutation]]:
    """Return a module's tree, and what mutmut makes of it."""
    everything = IgnoredCode(set(), set(), set())  # nothing is ignored
    visitor = MutationVisitor(mutation_operators, everything)
    tree = libcst.MetadataWrapper(libcst.parse_module(_source(module))).visit(visitor)
    return tree, visitor.mutations


@cache
def _source(module: str) -> str:
    return (_CORE / f"{module}.py").read_text("utf-8")


def _mutants(module: str, mutated: str, function: str) -> Iterator[Mutant]:
    """Yield what the vectors are asked of, the likeliest to show the fault first."""
    for topics in (_topics(module), _other_topics(module)):
        for build in BUILDS:
            try:
                edits = _with(build, module, mutated)
            except PatchError:  # the mutation is within what this build replaces
                continue
            vectors = vectors_of(build, module, function) if function else None
            yield Mutant(module, "", topics, (), edits, quick=True, vectors=vectors)


def _with(build: Sequence[Edit], module: str, mutated: str) -> tuple[Edit, ...]:
    """Return a build with a mutated module. Raises PatchError where they exclude each other."""
    name = f"protocol.{module}"
    here = [each for each in build if each.module == name]
    elsewhere = [each for each in build if each.module != name]
    return (*elsewhere, Edit(name, _source(module), patched(mutated, here)))


@cache
def _topics(module: str) -> tuple[str, ...]:
    """Return the topics that see the faults of a module that we wrote ourselves."""
    name = f"protocol.{module}"
    ours = [each for each in load_mutants() if any(edit.module == name for edit in each.edits)]
    return tuple(sorted({topic for each in ours for topic in each.topics}))


@cache
def _other_topics(module: str) -> tuple[str, ...]:
    """Return the other topics, without those of operations that the core has no part in."""
    every = {each.topic for each in load_all()} - _OF_NO_CORE
    return tuple(sorted(every.difference(_topics(module))))


def _is_seen(mutant: Mutant) -> bool:
    try:
        outcome = try_mutant(mutant, LONGEST, most=1)
    except Exception:  # noqa: BLE001 (it does not even load)
        return True
    if (outcome.broken or "").startswith(PatchError.__name__):
        raise PatchError(f"mizan/protocol has changed: start again ({outcome.broken})")
    return _lost(outcome)


def _change(module: str, mutated: str) -> str:
    """Return the lines that go and those that come, on one line."""
    lines = [*ndiff(_source(module).splitlines(), mutated.splitlines())]
    gone, come = (
        " ".join(line[2:].strip() for line in lines if line.startswith(mark)) for mark in "-+"
    )
    return f"{gone} => {come}"
