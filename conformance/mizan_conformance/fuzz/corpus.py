"""Inputs that are worth keeping between runs: a folder with one file for each operation.

Invariant: an input is kept if its answer looks like none before it, and no more than a bounded
number of each look; a line that cannot be read is an error that names the file and the line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from mizan_conformance.channel import Fault
from mizan_conformance.messages import Answer

from .mutate import Case

_MOST: Final = 8  # inputs of one look


class Corpus:
    """The kept inputs of some operations; without a folder they last as long as the run."""

    def __init__(self, folder: Path | None, ops: Sequence[str]) -> None:
        """Read what a folder has. Raises ValueError for a line that is no input."""
        self.folder = folder
        self._looks: Counter[str] = Counter()
        self.cases = [case for op in ops for case in self._read(op)] if folder else []
        self.added = 0

    def offer(self, case: Case, answer: Answer | Fault) -> bool:
        """Keep an input whose answer is a rare one. Returns whether it was kept."""
        if self.folder is None:  # nobody would read it
            return False
        look = _look(case, answer)
        if self._looks[look] >= _MOST:
            return False
        self._looks[look] += 1
        self.add(case)
        return True

    def add(self, case: Case) -> None:
        """Keep an input, such as one that made a difference."""
        self.cases.append(case)
        self.added += 1
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._file(case.op).open("a", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(case.input) + "\n")

    def _read(self, op: str) -> Iterator[Case]:
        path = self._file(op)
        if not path.is_file():
            return
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                input_ = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path}, line {number}, is no JSON: {error}") from error
            if not isinstance(input_, dict):
                message = f"{path}, line {number}, is no input: it is no object"
                raise ValueError(message)  # noqa: TRY004 (one kind of error for a bad file)
            yield Case(op, input_)

    def _file(self, op: str) -> Path:
        assert self.folder is not None  # noqa: S101 (callers looked)
        return self.folder / f"{op}.jsonl"


def _look(case: Case, answer: Answer | Fault) -> str:
    if isinstance(answer, Fault):
        return f"{case.op} {answer.kind}"
    return f"{case.op} {answer.code or _shape(answer.ok)}"


def _shape(value: Any, depth: int = 0) -> str:
    """Return what kind of value it is: its types, and how long, roughly."""
    if isinstance(value, dict) and depth < 4:
        return "{" + ",".join(f"{k}:{_shape(v, depth + 1)}" for k, v in [*value.items()][:4]) + "}"
    if isinstance(value, list) and depth < 4:
        return f"[{len(value).bit_length()}{_shape(value[0], depth + 1) if value else ''}]"
    if isinstance(value, str):
        return f"s{len(value).bit_length()}{'%' if '%' in value else ''}"
    return type(value).__name__[0]
