"""One run of the fuzzer, as `mizan fuzz` starts it.

Invariant: what is found is told with what gives it again: seed, number of examples, engine.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, TextIO

from mizan_conformance.progress import Progress, progress_bar
from mizan_conformance.vectors import load_all

from .corpus import Corpus
from .mutate import Case, Mutator
from .search import Search, operations
from .sides import DEADLINE, Port, Reference, Side
from .topics import TOPICS
from .vector import Difference

Engine = Literal["fast", "hypothesis"]
EXAMPLES: Final = 10_000


class NothingToFuzz(ValueError):  # noqa: N818 (what is wrong with the call)
    """The port has no operation of the topic."""


def fuzz(
    topic: str,
    command: Sequence[str] | str,
    examples: int = EXAMPLES,
    seed: int | None = None,
    *,
    engine: Engine = "fast",
    against: Sequence[str] | None = None,
    corpus: Path | None = None,
    output: str | Path | None = None,
    deadline: float = DEADLINE,
    stream: TextIO | None = None,
    progress: Progress | None = None,
) -> Difference | None:
    """Compare the port that ``command`` starts with the Python core, or with the port ``against``.

    ``topic``: one of TOPICS. ``corpus``: a folder of inputs to begin from, where rare ones are
    kept. Returns the smallest difference found, or None; says so on ``stream`` (standard error).
    The difference is written as a vector to the file ``output``, else to standard output. Raises
    PortUnusable where a command does not start a port, NothingToFuzz where one has no operation of
    the topic, and ValueError for a corpus that cannot be read.
    """
    sink = sys.stderr if stream is None else stream
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    left: Side = Reference() if against is None else Port(against, deadline)
    right = Port(command, deadline)
    try:
        ops = operations(topic, (left, right))
        if not ops:
            wanted = ", ".join(TOPICS[topic])
            raise NothingToFuzz(f"The port has none of the operations of {topic}: {wanted}.")
        bar = progress_bar("Fuzzing", sink) if progress is None else progress
        search = Search(left, right, ops, Corpus(corpus, ops), bar)
        sink.write(f"Fuzzing {', '.join(ops)}: {examples} examples, seed {seed}.\n")
        found = _search(search, topic, engine, examples, seed)
    finally:
        right.close()
        left.close()
    _tell(search, found, sink)
    if found:
        again = f"--seed {seed} --examples {examples} --engine {engine}"
        sink.write(f"The same again: mizan fuzz {topic} {again}\n")
        _write(found, output, sink)
    return found


def _search(
    search: Search, topic: str, engine: Engine, examples: int, seed: int
) -> Difference | None:
    if engine == "fast":
        return search.run(examples, seed)
    from . import strategies  # needs Hypothesis

    seeds = [Case(vector.op, vector.input) for vector in load_all()]
    return strategies.search(search, topic, Mutator(seeds, search.ops), examples, seed)


def _tell(search: Search, found: Difference | None, sink: TextIO) -> None:
    kept = search.corpus
    if kept.folder and kept.added:
        sink.write(f"{kept.added} inputs were added to {kept.folder}.\n")
    if found:
        sink.write(f"{found}\n")
    else:
        sink.write(f"No difference in {search.asked} examples.\n")


def _write(found: Difference, output: str | Path | None, sink: TextIO) -> None:
    text = json.dumps(found.vector(), indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    Path(output).write_text(text, "utf-8")
    sink.write(f"Written as a vector to {output}.\n")
