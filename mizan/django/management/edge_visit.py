"""One visit of the doctor at an edge: whom to ask, for what, as whom.

Invariant: nothing but reads is asked for; a header that was given is shown nowhere.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from mizan.django import edge_settings
from mizan.django.management.named import WRONG_CALL
from mizan.edge import resources
from mizan.edge.answers import State, network, state
from mizan.edge.asking import Edge
from mizan.edge.base import PurgeFailed
from mizan.edge.doctor import Finding, examine, purged
from mizan.edge.probes import PAUSE, Found, Request, Visitors, probe
from mizan.edge.reasons import Setting
from mizan.edge.resources import Resource
from mizan.errors import MizanError
from mizan.protocol.targets import Target
from mizan.server.registry import registry

PURGE_TAKES = 10.0
"""Seconds within which a purge must have an effect: what networks promise, with some to spare."""

LONGEST = 300
"""The longest that one request may take, in seconds."""

_is_path = re.compile(r'/[!"$-~]*').fullmatch
_is_identity = re.compile(
    r"(Cookie|Authorization|X-Mizan-Token): ([ -~]+)", re.IGNORECASE
).fullmatch
_USERS = 2

Purge = Callable[[Target], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """What is to be asked. `urls` empty: one of each context and page that needs no parameter.

    `users` names a file; `purge` purges a target, None where nothing is to be purged.
    """

    edge: str
    host: str | None
    timeout: float
    urls: Sequence[str] = ()
    users: str | None = None
    purge: Purge | None = None
    progress: Callable[[str], None] = lambda _: None

    def findings(self) -> Iterator[tuple[str | None, list[Finding]]]:
        """Yield for each URL which known network answered, and what there is to say. Raises
        CommandError."""
        if not 0 < self.timeout <= LONGEST:
            text = f"--timeout takes seconds above 0, up to {LONGEST}."
            raise CommandError(text, returncode=WRONG_CALL)
        wanted, who, setting = self._resources(), self._visitors(), _setting()
        try:
            with Edge(self.edge, timeout=self.timeout, host=self.host) as edge:
                for number, resource in enumerate(wanted, 1):
                    self.progress(f"{number} of {len(wanted)}: {resource.path}")
                    found = probe(resource, edge.ask, time.sleep, who)
                    said = [*examine(found, setting), *self._purged(found, edge)]
                    self.progress("")
                    yield network(found.again), said
        except PurgeFailed as error:
            raise CommandError(f"{self.edge} did not answer: {error}.") from error
        except MizanError as error:
            raise CommandError(error.message, returncode=WRONG_CALL) from error

    def _purged(self, found: Found, edge: Edge) -> Iterator[Finding]:
        """Purge what is a hit, and see what it does."""
        target = found.resource.target
        if self.purge is None or target is None or state(found["after"])[0] is not State.HIT:
            return
        self.purge(target)
        begun = time.monotonic()
        while True:
            after = edge.ask(Request(found.resource.path))
            passed = time.monotonic() - begun
            if state(after)[0] is not State.HIT or passed > PURGE_TAKES:
                yield purged(found, after, round(passed, 1))
                return
            time.sleep(PAUSE)

    def _resources(self) -> list[Resource]:
        manifest = registry.catalog.manifest
        if not self.urls:
            found = resources.defaults(manifest)
            if not found:
                raise CommandError("Every context needs parameters: name URLs.", returncode=2)
            return found
        return [_resource(manifest, self._path(each)) for each in self.urls]

    def _path(self, url: str) -> str:
        path = url.removeprefix(self.edge.rstrip("/"))
        if not _is_path(path):
            text = f"{url!r} is no path, such as /products/?page=1, and no URL of {self.edge}."
            raise CommandError(text, returncode=WRONG_CALL)
        return path

    def _visitors(self) -> Visitors:
        name = settings.SESSION_COOKIE_NAME
        if self.users is None:
            return Visitors(name)
        try:
            text = sys.stdin.read() if self.users == "-" else Path(self.users).read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"--users: {error}", returncode=WRONG_CALL) from error
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        found = [given for given in map(_is_identity, lines) if given]
        if len(lines) != _USERS or len(found) != _USERS or lines[0] == lines[1]:
            text = "--users: expected two lines, such as Cookie: sessionid=…, of two users."
            raise CommandError(text, returncode=WRONG_CALL)
        return Visitors(name, tuple({given[1]: given[2]} for given in found))


def _resource(manifest: Mapping[str, Any], path: str) -> Resource:
    try:
        return resources.find(manifest, path)
    except MizanError as error:
        raise CommandError(f"{path}: {error.message}", returncode=WRONG_CALL) from error


def _setting() -> Setting:
    current = edge_settings.current()
    if current is None:
        return Setting()
    backends = tuple(str(given["BACKEND"]) for given in current.purge.values())
    return Setting(edge=True, tags=current.tags, purgers=backends)
