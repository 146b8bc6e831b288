"""What an edge is asked, to see what it keeps: each URL several times, by several visitors.

Invariant: only what reads is asked for, so nothing at the server changes. An edge that believes
what a client says of invalidation may drop what it keeps, and nothing else.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mizan.edge.answers import Seen, State, state
from mizan.edge.resources import Resource
from mizan.protocol.tags import FIELDS, GROUPS, INVALIDATION

PAUSE = 1.1
"""Seconds before a URL is asked for again, where only its Age may tell whether it is kept."""
NETWORK_FIELDS = [each for each in FIELDS if each != GROUPS]
"""The headers of tags that networks alone read."""
FORGED = "mizan-doctor-forged"
"""The tag by which what a client sent is known again."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. Headers, some of which are secret, are in no `repr`."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    body: bytes | None = None


Ask = Callable[[Request], Seen]
Wait = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Visitors:
    """Who asks: the name of the site's session cookie, and of each of two users who are signed in
    the headers that say so, or nobody's."""

    session_cookie: str = "sessionid"
    users: Sequence[Mapping[str, str]] = field(default=(), repr=False)

    def stranger(self) -> dict[str, str]:
        """Return the headers of somebody whose session there is not."""
        return {"Cookie": f"{self.session_cookie}=mizandoctor{secrets.token_hex(12)}"}


@dataclass(slots=True)
class Found:
    """What one resource was answered, by the name of the probe; `after` is the plain answer behind
    all others of anybody."""

    resource: Resource
    by: dict[str, Seen] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Seen:
        return self.by[name]

    def __contains__(self, name: str) -> bool:
        return name in self.by

    def believed(self, method: str) -> bool:
        """Whether a forged request purged: a GET, which is a miss then, fills the place again."""
        sent, kept = self[f"forged {method}"], self[f"kept {method}"]
        missed = method == "GET" and state(sent)[0] is State.MISS
        return missed or state(kept)[0] is not State.HIT

    @property
    def again(self) -> Seen:
        """What the URL was answered once it had been asked for before."""
        return self.by.get("later", self.by["second"])

    @property
    def is_hit(self) -> bool:
        """Whether an edge answered then."""
        return state(self.again)[0] is State.HIT


def probe(resource: Resource, ask: Ask, wait: Wait, who: Visitors) -> Found:
    """Ask for a resource in every way. Raises what `ask` does."""
    plain = Request(resource.path)
    found = Found(resource)
    found.by |= {"first": ask(plain), "second": ask(plain)}
    if state(found["second"])[0] is State.UNKNOWN:
        wait(PAUSE)
        found.by["later"] = ask(plain)
    found.by["stranger"] = ask(Request(resource.path, who.stranger()))
    for name, request in _spelled(resource):
        found.by[name] = ask(request)
    if resource.user_scoped:
        for number, headers in enumerate(who.users):
            mine = Request(resource.path, headers)
            found.by |= {f"user {number}": ask(mine), f"user {number} again": ask(mine)}
    elif found.is_hit:
        for request in _forged(resource):
            _claim(found, ask, plain, request)
    found.by["after"] = ask(plain)
    return found


def _claim(found: Found, ask: Ask, plain: Request, forged: Request) -> None:
    """Ask with a forged request, and whether the URL is still a hit. Twice, if it is none: what is
    kept may have ended by chance, or be asked of another server of the edge."""
    for _ in range(2):
        found.by[f"forged {forged.method}"] = ask(forged)
        found.by[f"kept {forged.method}"] = ask(plain)
        if not found.believed(forged.method):
            break
        ask(plain)


def _spelled(resource: Resource) -> Iterator[tuple[str, Request]]:
    """Yield the same query in another spelling, twice."""
    begin, mark, query = resource.path.partition("?")
    if mark and not resource.page:
        respelled = f"{begin}?%{ord(query[0]):02x}{query[1:]}"
        yield from ((name, Request(respelled)) for name in ("respelled", "respelled again"))


def _forged(resource: Resource) -> Iterator[Request]:
    """Yield reads that claim what only the origin may say, one by an unsafe method."""
    if resource.target is None:
        return
    context = resource.target.context
    headers = {
        "X-Mizan-Invalidate": context,
        INVALIDATION: f'"{context}"',
        GROUPS: f'"{FORGED}"',
        **dict.fromkeys(NETWORK_FIELDS, FORGED),
    }
    yield Request(resource.path, headers)
    if resource.params is not None:
        body = json.dumps(resource.params).encode()
        json_headers = {**headers, "Content-Type": "application/json"}
        yield Request(resource.endpoint, json_headers, "POST", body)
