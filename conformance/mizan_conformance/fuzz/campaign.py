"""A long run: every topic, by both engines, as `mizan fuzz all` starts it.

Invariant: what is found in one topic keeps no other from being searched.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from mizan_conformance.progress import progress_bar

from .run import Engine, NothingToFuzz, fuzz
from .topics import TOPICS
from .vector import Difference

DEADLINE: Final = 20.0
"""Seconds that a port may take for one input: more than a busy machine makes of a moment."""


class Row(NamedTuple):
    """What came out of one topic and one engine; no examples where the port has none of it."""

    topic: str
    engine: Engine
    examples: int
    seconds: float
    found: Difference | None


def fuzz_all(
    command: Sequence[str] | str,
    engines: dict[Engine, int],
    seed: int | None = None,
    *,
    against: Sequence[str] | None = None,
    output: Path | None = None,
    stream: TextIO | None = None,
) -> Iterator[Row]:
    """Fuzz each topic by each engine; ``engines`` has how many examples each one draws.

    ``output``: a folder for the vectors of what is found. The rest, and what is raised, is as in
    `fuzz`. Yields a row as it is done.
    """
    sink = sys.stderr if stream is None else stream
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    for engine, number in engines.items():
        for topic in TOPICS:
            examples = number
            bar = progress_bar(f"Fuzzing {topic}", sink)
            began = time.monotonic()
            try:
                found = fuzz(
                    topic,
                    command,
                    examples,
                    seed,
                    engine=engine,
                    against=against,
                    output=output and output / f"{topic}-{engine}.json",
                    deadline=DEADLINE,
                    stream=sink,
                    progress=bar,
                )
            except NothingToFuzz:
                examples, found = 0, None
            yield Row(topic, engine, examples, time.monotonic() - began, found)
