"""Which vectors reach which functions of the Python core, so that a mutation within a function is
asked no others.

Invariant: what a vector leaves out here it could not show. A function that runs while the core is
loaded, where everything may depend on what it made, is reached by all.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Final

import mizan.protocol

from .mutants import OPERATIONS, Edit, Mutant, fails, load, suite

_CORE: Final = Path(mizan.protocol.__file__).parent
Name = tuple[str, str]
"""A module of the core, as `header`, and a function at its top level or a method of any class."""


def vectors_of(build: Sequence[Edit], module: str, function: str) -> frozenset[str] | None:
    """Return the ids of the vectors that call a function, or None for all of them."""
    always, called = _reached(tuple(build))
    name = module, function
    return None if name in always else called.get(name, frozenset())


@cache
def _reached(build: tuple[Edit, ...]) -> tuple[frozenset[Name], dict[Name, frozenset[str]]]:
    """Return what runs while a build of the core is loaded, and which vectors call what."""
    with _watched() as always:
        operations = load(Mutant("reach", "", (), (), build, quick=True))
    found: dict[Name, set[str]] = {}
    for vector in suite():
        _forget()
        with _watched() as names:
            fails(operations, vector)
        for name in names:
            found.setdefault(name, set()).add(vector.id)
    return frozenset(always), {name: frozenset(ids) for name, ids in found.items()}


@contextmanager
def _watched() -> Iterator[set[Name]]:
    """Note the functions of the core that are called in a block, whatever calls them."""
    names: set[Name] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and (name := _name(frame.f_code)):
            names.add(name)

    sys.setprofile(note)
    try:
        yield names
    finally:
        sys.setprofile(None)


@cache
def _name(code: CodeType) -> Name | None:
    """Return whose code it is: what is within a function, such as a lambda, is the function's."""
    path = Path(code.co_filename)
    if path.parent != _CORE:
        return None
    whole, _, _ = code.co_qualname.partition(".<locals>")
    return path.stem, whole.rpartition(".")[2]


def _forget() -> None:
    """Empty what functions remember of earlier calls: who asks for it again depends on them."""
    for name, module in [*sys.modules.items()]:
        if name == OPERATIONS or name.startswith(mizan.protocol.__name__):
            for value in [*vars(module).values()]:
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
