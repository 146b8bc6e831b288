"""One run of the fuzzer against a live server, as `mizan fuzz http` starts it.

Invariant: it ends: by its examples, its time, a fault, a server that is gone, or an interrupt; and
it says what was found, and what gives it again.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from mizan_conformance.fuzz.engine import Enough, drawn
from mizan_conformance.http.stage import Request
from mizan_conformance.progress import Progress, progress_bar

from .case import case_of, hidden, keep, kept
from .curl import curl_line, raw_line
from .draw import moves
from .play import Found, Gone, Move, Play
from .server import Server

EXAMPLES: Final = 300
SHRINK_TIME: Final = 20.0
"""Seconds after which what is found is small enough."""


class _Search:
    """Plays examples, and keeps the smallest that found something."""

    def __init__(self, server: Server, examples: int, limit: float | None, bar: Progress) -> None:
        self.server = server
        self.smallest: Found | None = None
        self._moves: list[Move] = []
        self.played = 0
        self.requests = 0
        self.is_gone = False
        self._examples = examples
        self._ends = None if limit is None else time.monotonic() + limit
        self._bar = bar

    def attempt(self, example: Sequence[Move]) -> None:
        """Play one example. Raises Found, and Enough where there is to be no other."""
        if self._ends is not None and time.monotonic() >= self._ends:
            raise Enough
        self.played += 1
        self._bar(min(self.played, self._examples), self._examples)
        try:
            self._play(example)
        except Found as found:
            self._found(found, example)
            raise
        except Gone as gone:
            self.is_gone = True
            if self.smallest is None and isinstance(gone.__cause__, Found):
                self.smallest = gone.__cause__
            raise Enough from gone
        finally:
            self.requests += len(self.server.site.seen)
            self.server.site.seen.clear()

    def fewer(self) -> None:
        """Leave out what the smallest example does not need, one request after the other."""
        at = 0
        while at < len(self._moves) and len(self._moves) > 1:
            rest = [*self._moves[:at], *self._moves[at + 1 :]]
            try:
                self._play(rest)
            except Found as found:
                self.smallest, self._moves = found, rest
                continue
            except Gone:
                return
            at += 1

    def _play(self, example: Sequence[Move]) -> None:
        play = Play(self.server)
        for move in example:
            play.take(move)

    def _found(self, found: Found, example: Sequence[Move]) -> None:
        if self.smallest is None:
            ends = time.monotonic() + SHRINK_TIME
            self._ends = ends if self._ends is None else min(self._ends, ends)
        elif found.size > self.smallest.size:
            return
        self.smallest, self._moves = found, list(example)


def fuzz_http(
    server: Server,
    examples: int = EXAMPLES,
    seed: int | None = None,
    max_time: float | None = None,
    *,
    corpus: Path | None = None,
    stream: TextIO | None = None,
    progress: Progress | None = None,
) -> Found | None:
    """Play random requests against a server, first those of the folder ``corpus``.

    Returns the smallest sequence found whose last reply is wrong, or None; says so on ``stream``
    (standard error), with lines for a shell that send it. With ``corpus`` it is written there as a
    case of the suite over HTTP. ``max_time`` is in seconds. Raises ValueError for a corpus that
    cannot be read.
    """
    sink = sys.stderr if stream is None else stream
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    bar = progress_bar("Fuzzing", sink) if progress is None else progress
    asked = f"{len(server.contexts)} contexts and {len(server.functions)} functions"
    sink.write(f"Fuzzing {asked} of {server.site.url}: {examples} examples, seed {seed}.\n")
    search = _Search(server, examples, max_time, bar)
    before = list(kept(corpus, server.given))
    try:
        if not _again(search, before):
            drawn(moves(server), search.attempt, examples, seed, (Found,))
            search.fewer()
    except KeyboardInterrupt:
        sink.write(f"Interrupted after {search.played} examples.\n")
        if search.smallest is None:
            raise
    bar(examples, examples)
    _tell(search, corpus, sink)
    if search.smallest:
        sink.write(f"The same again: --seed {seed} --examples {examples}\n")
    return search.smallest


def _again(search: _Search, before: Sequence[Sequence[Move]]) -> bool:
    """Play what was kept. Returns whether something is wrong, as it is."""
    try:
        for example in before:
            search.attempt(example)
    except (Found, Enough):
        return True
    return False


def _tell(search: _Search, corpus: Path | None, sink: TextIO) -> None:
    found = search.smallest
    if search.is_gone:
        sink.write("The server is gone: it does not answer any more.\n")
    if found is None:
        sink.write(f"Nothing found in {search.played} examples, {search.requests} requests.\n")
        return
    document = case_of(found, search.server.given)
    case = document["cases"][0]
    sink.write(f"FAULT {found.fault.rule} [{found.fault.requirement}]: {found.fault.text}\n\n")
    sink.writelines(f"  {_line(search.server, sent)}\n" for sent in found.sent)
    sink.write(f"\n{case['id']}\n")
    if corpus is not None:
        sink.write(f"Written as a case to {keep(corpus, document)}.\n")


def _line(server: Server, sent: Request | bytes) -> str:
    url = server.site.url
    if isinstance(sent, bytes):
        return raw_line(url, sent)
    return curl_line(url, sent._replace(headers=hidden(sent.headers, server.given)))
