"""What the fuzzer knows of a server: its client schema, and who may ask (SPEC.md, 12.3).

Invariant: the schema is the one that the server runs with, by the digest that its replies carry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from mizan.errors import MizanError
from mizan.protocol.canonical import canonical_json
from mizan.protocol.decode import decode
from mizan.resources import app_dir
from mizan.schemas import problems
from mizan_conformance.http.app import App, load_app
from mizan_conformance.http.site import Reply, Silence, Site, SiteUnusable

# Functions and contexts of the conformance app that fail, wait or work without end on purpose.
_ON_PURPOSE: Final = (
    "crash*",
    "faulty*",
    "gate_*",
    "note_and_motto",
    "reset",
    "set_slot_slowly",
    "slot*",
    "touch_many",
)
# Its schema says of a decimal no more than that it is a string.
_LENIENT: Final = ("types_seen",)

Who = Mapping[str, Any]
"""Members of a request (`as`, `headers`) that say who asks; none is nobody."""


class NothingToAsk(ValueError):  # noqa: N818 (what is wrong with the call)
    """No function and no context is selected, or the schema is not the server's."""


@dataclass(frozen=True)
class Server:
    """A server and what is asked of it: contexts and functions by name, and who asks.

    `given` are the fields that say who asks, which nothing shows: they may be secret.
    `app` has its base URL and digest; `resets` says that `reset` puts its state back; `auth` are
    the ways of `mizan conformance http` that are tried; `has_events`: it streams events.
    """

    site: Site
    app: App
    schema: Mapping[str, Any]
    contexts: Mapping[str, Any]
    functions: Mapping[str, Any]
    people: Sequence[Who]
    given: Mapping[str, str]
    auth: frozenset[str]
    lenient: Sequence[str]
    resets: bool
    has_events: bool

    def is_lenient(self, name: str) -> bool:
        """Whether a function may refuse what its schema allows."""
        return any(fnmatchcase(name, pattern) for pattern in self.lenient)


def meet(
    site: Site,
    schema: Path | None = None,
    *,
    auth: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    select: Sequence[str] = (),
    leave_out: Sequence[str] = (),
    lenient: Sequence[str] = (),
) -> Server:
    """Return what is known of the server at a site.

    `schema` is the file of its client schema; without one it has to serve the conformance app.
    `headers` say who asks, besides nobody; `select` and `leave_out` are patterns of functions and
    contexts. Raises SiteUnusable where nobody is there, and NothingToAsk.
    """
    conformance = load_app()
    document = _conformance_schema() if schema is None else _read(schema)
    digest = hashlib.sha256(canonical_json(document).encode()).hexdigest()
    _check_digest(site, document["base_url"], digest, schema)
    resets = digest == conformance.digest
    app = conformance if resets else App(document["base_url"], digest, {})
    hidden = [*leave_out, *(_ON_PURPOSE if resets else ())]
    contexts = _chosen(document["contexts"], select, hidden)
    functions = _chosen(document["functions"], select, hidden)
    if not contexts and not functions:
        raise NothingToAsk(f"No function and no context is selected by {', '.join(select)}.")
    people: list[Who] = [{}]
    if resets and "token" in auth:
        people += [{"as": user["name"]} for user in app.server["users"]]
    if headers:
        people.append({"headers": dict(headers)})
    return Server(
        site,
        app,
        document,
        contexts,
        functions,
        people,
        dict(headers or {}),
        frozenset(auth) if resets else frozenset(),
        (*lenient, *(_LENIENT if resets else ())),
        resets,
        _streams(site, document),
    )


def _read(path: Path) -> Any:
    try:
        document = decode(path.read_bytes())
    except (OSError, MizanError) as error:
        raise NothingToAsk(f"{path} cannot be read: {error}") from error
    for fault in problems("client-schema", document):
        where = fault.pointer or "its top"
        raise NothingToAsk(f"{path} is no client schema: at {where}, {fault.message}")
    return document


def _conformance_schema() -> Any:
    return json.loads((app_dir() / "client-schema.json").read_bytes())


def _check_digest(site: Site, base_url: str, digest: str, given: Path | None) -> None:
    """Hold the schema to the digest that the server tells. Raises SiteUnusable, NothingToAsk."""
    try:
        reply = site.ask("GET", f"{base_url}call/", {})
    except Silence as silence:
        raise SiteUnusable(f"There is no server at {site.url}: {silence}.") from silence
    found = reply.header("X-Mizan-Schema")
    if found == digest:
        return
    if given is None:
        raise NothingToAsk(
            f"{site.url} does not serve the conformance app: name its client schema with --schema "
            "(manage.py export_client_schema --output FILE)."
        )
    said = "none" if found is None else found[:12]
    raise NothingToAsk(
        f"{given} is not the client schema that {site.url} runs with: its digest is {digest[:12]}, "
        f"the server's {base_url}call/ says {said}. Export it anew."
    )


def _chosen(items: Mapping[str, Any], select: Sequence[str], hidden: Sequence[str]) -> Any:
    def is_chosen(name: str) -> bool:
        is_selected = not select or any(fnmatchcase(name, pattern) for pattern in select)
        return is_selected and not any(fnmatchcase(name, pattern) for pattern in hidden)

    return {name: item for name, item in items.items() if is_chosen(name)}


def _streams(site: Site, document: Mapping[str, Any]) -> bool:
    """Whether the server has events: whoever asks is told of what he may hear, or not."""
    for name in document["contexts"]:
        reply = event_stream(site, f"{document['base_url']}events/?held={name}", {})
        return reply.status == 200
    return False


def event_stream(site: Site, target: str, headers: Mapping[str, str]) -> Reply:
    """Return the reply of a subscription up to its first event. Raises Silence."""
    return site.ask("GET", target, {"Accept": "text/event-stream", **headers}, until=b"\n\n")
