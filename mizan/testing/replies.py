"""What a reply of a Mizan server must be (SPEC.md, sections 2, 4, 8, 10, 12.3 and 16).

Invariant: pure, and complete for what one reply shows: `complaints` is empty exactly for a reply
that fits the schemas of `schema/v1/`, is spelled canonically, and agrees with itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jsonschema import Draft202012Validator

from mizan.errors import MizanError
from mizan.protocol import header, policy
from mizan.protocol.canonical import canonical_json
from mizan.protocol.decode import decode
from mizan.protocol.targets import Target, canonical_set, target_from_json, target_to_json
from mizan.schemas import problems
from mizan.testing import _tagged

Kind = Literal["call", "context", "other"]

INVALIDATE = "x-mizan-invalidate"
_PROBLEM = "application/problem+json"
_NOTHING = object()  # a body that is no JSON; null is a value
# What a reply with the status must say besides (RFC 9110; MZ-ERR-003).
_COMPANIONS = {401: "www-authenticate", 405: "allow", 503: "retry-after"}
# The rows of MZ-POL-002 for reads, by `Cache-Control`; N stands for a number of seconds.
_READ_CACHING = re.compile(
    r"no-store|private, no-store|private, no-cache|public, no-cache"
    r"|public, max-age=0, s-maxage=[0-9]+"
)


@dataclass(frozen=True, slots=True)
class Received:
    """A reply as it came.

    `kind`: of a call, of a read, or of another URL (a view function's, a page's). `name`: the
    function called or the context read, where that is known. `headers`: by name in lower case.
    `body`: None where there is none to look at (HEAD, a stream).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes | None
    kind: Kind = "other"
    name: str | None = None

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty for none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def is_problem(self) -> bool:
        """Whether it is, or should be, a problem document."""
        return self.media_type == _PROBLEM or (self.kind != "other" and self.status >= 400)

    @property
    def document(self) -> Any:
        """The body as JSON; None where it is none."""
        found = _decoded(self)
        return None if found is _NOTHING else found

    @property
    def targets(self) -> tuple[Target, ...]:
        """What the reply says is stale: the body's full list, else the header's targets."""
        document = self.document if self.kind == "call" else None
        listed = document.get("invalidate") if isinstance(document, dict) else None
        if isinstance(listed, list):
            return canonical_set(target_from_json(each) for each in listed)
        return header.parse(self.headers.get(INVALIDATE, ""))


def complaints(received: Received, schema: Mapping[str, Any], digest: str) -> list[str]:
    """Return a sentence for each thing that is wrong with the reply.

    `schema` is the server's client schema, `digest` its digest: results are held to the types that
    their functions declare.
    """
    rules = [rule for applies, rule in _RULES if applies(received)]
    return [sentence for rule in rules for sentence in rule(received, schema, digest)]


def _problem(received: Received, *_: object) -> Iterator[str]:
    """MZ-ERR-001 and 003."""
    yield from _expect(received, "content-type", _PROBLEM)
    yield from _expect(received, "cache-control", "no-store")
    companion = _COMPANIONS.get(received.status)
    if companion and companion not in received.headers:
        yield f"A reply with status {received.status} needs the header {companion}."
    yield from _document(received, "error")
    document = received.document
    if isinstance(document, dict) and document.get("status") != received.status:
        yield f"The problem says status {document.get('status')}, the reply {received.status}."


def _app_error(received: Received, schema: Mapping[str, Any], _: str) -> Iterator[str]:
    """An application's own error is one that the function declares, with its fields."""
    document = received.document
    code = document.get("code") if isinstance(document, dict) else None
    function = schema["functions"].get(received.name or "")
    if function is None or not isinstance(code, str) or not code.startswith("app."):
        return
    declared = function.get("errors", {}).get(code)
    if declared is None:
        yield f"{received.name} does not declare the error {code}."
    elif declared["status"] != received.status:
        yield f"{code} is declared with status {declared['status']}, not {received.status}."
    elif "schema" in declared:
        yield from _typed(document.get("data", {}), declared["schema"], schema, f"{code}: data")


def _call(received: Received, schema: Mapping[str, Any], digest: str) -> Iterator[str]:
    """Section 2, MZ-CALL-002 and the first row of MZ-POL-002."""
    yield from _expect(received, "content-type", "application/json")
    yield from _expect(received, "cache-control", "no-store")
    yield from _expect(received, "x-mizan-schema", digest)
    yield from _document(received, "result")
    document = received.document
    if not isinstance(document, dict):
        return
    function = schema["functions"].get(received.name or "")
    if function is not None and "result" in document:
        where = f"{received.name}: result"
        yield from _typed(document["result"], function["output"], schema, where)


def _agreement(received: Received, *_: object) -> Iterator[str]:
    """Header and body name the same targets (MZ-HDR-004 and 005, MZ-TGT-003)."""
    document = received.document
    listed = document.get("invalidate", []) if isinstance(document, dict) else []
    try:
        targets = canonical_set(target_from_json(each) for each in listed)
        expected = header.format(targets)
    except (MizanError, TypeError):
        return  # the schema has complained of it
    canonical = [target_to_json(each) for each in targets]
    if listed != canonical:
        yield f"`invalidate` is not a canonical set: expected {canonical_json(canonical)}."
    field = received.headers.get(INVALIDATE, "")
    if field != expected:
        yield (
            f"Header and body name different targets: the body {expected!r}, "
            f"X-Mizan-Invalidate {field!r}."
        )


def _bundle(received: Received, schema: Mapping[str, Any], digest: str) -> Iterator[str]:
    """Section 2 and MZ-CLI-002: a bundle of what the functions of the context declare."""
    yield from _expect(received, "content-type", "application/json")
    yield from _expect(received, "x-mizan-schema", digest)
    if received.body is None:
        return
    yield from _document(received, "context-bundle")
    document = received.document
    context = schema["contexts"].get(received.name or "")
    if context is None or not isinstance(document, dict):
        return
    expected = context["functions"]
    if sorted(document) != sorted(expected):
        yield f"The bundle has {', '.join(sorted(document))}; expected {', '.join(expected)}."
    for name in document.keys() & set(expected):
        output = schema["functions"][name]["output"]
        yield from _typed(document[name], output, schema, f"{received.name}: {name}")


def _read_caching(received: Received, *_: object) -> Iterator[str]:
    """MZ-POL-002 to 005, for a read: the rows are told apart by `Cache-Control`."""
    headers = received.headers
    caching = headers.get("cache-control", "")
    if not _READ_CACHING.fullmatch(caching):
        yield f"Cache-Control {caching!r} is in no row of the table of MZ-POL-002."
        return
    stored = "no-store" not in caching
    if stored and received.body is not None and received.status == 200:
        yield from _expect(received, "etag", policy.etag(received.body))
    for name in ("etag", "mizan-cache-control"):
        if not stored and name in headers:
            yield f"{name} makes no sense on a reply that nobody may store."
    if stored and "set-cookie" in headers:
        yield "A reply that sets a cookie must be no-store."
    varies = {each.strip().lower() for each in headers.get("vary", "").split(",")}
    if caching.startswith("public") and varies & {"*", "cookie", "authorization"}:
        yield f"A public reply cannot vary by {headers['vary']!r}."


def _read_targets(received: Received, *_: object) -> Iterator[str]:
    if INVALIDATE in received.headers:
        yield "A read makes nothing stale: no cache believes X-Mizan-Invalidate here (MZ-HDR-017)."


def _not_modified(received: Received, *_: object) -> Iterator[str]:
    """RFC 9110, 15.4.5."""
    if received.body:
        yield "A reply with status 304 has no body."
    # It repeats what a 200 would have: that has no ETag where nobody may store it.
    is_stored = "no-store" not in received.headers.get("cache-control", "")
    if is_stored and "etag" not in received.headers:
        yield "A reply with status 304 repeats the ETag."


def _stray(received: Received, *_: object) -> Iterator[str]:
    yield f"Mizan does not answer with status {received.status}."


def _tags(received: Received, *_: object) -> Iterator[str]:
    """Section 9.1."""
    return _tagged.complaints(received.headers, stale=INVALIDATE in received.headers)


def _field(received: Received, *_: object) -> Iterator[str]:
    """MZ-HDR-001 and 004, and what carries it is stored nowhere."""
    field = received.headers[INVALIDATE]
    try:
        targets = header.parse(field)
        written = header.format(targets, max(len(field), 1))
    except MizanError as error:
        yield f"X-Mizan-Invalidate cannot be read: {error}"
        return
    if not field:
        yield "X-Mizan-Invalidate is empty: without targets it is not sent."
    elif written != field:
        yield f"X-Mizan-Invalidate is not as writers write it: {field!r}, expected {written!r}."
    else:
        found = {"field": field, "targets": [target_to_json(each) for each in targets]}
        yield from _fits("headers", found, "X-Mizan-Invalidate")


def _view(received: Received, *_: object) -> Iterator[str]:
    if "no-store" not in received.headers.get("cache-control", ""):
        yield "A reply with X-Mizan-Invalidate must be no-store."


def _expect(received: Received, name: str, value: str) -> Iterator[str]:
    found = received.media_type if name == "content-type" else received.headers.get(name)
    if found != value:
        yield f"Expected {name}: {value}, found {found}."


def _decoded(received: Received) -> Any:
    try:
        return decode(received.body or b"")
    except MizanError:
        return _NOTHING


def _document(received: Received, kind: str) -> Iterator[str]:
    """The body is canonical JSON text (MZ-DOC-004) that fits the schema of its kind."""
    if received.body is None:
        return
    document = _decoded(received)
    if document is _NOTHING:
        yield f"The body is no JSON text, but begins {received.body[:40]!r}."
        return
    if canonical_json(document).encode() != received.body:
        yield "The body is not canonical JSON text (sorted keys, no white space)."
    yield from _fits(kind, document, "the body")


def _fits(kind: str, document: object, where: str) -> Iterator[str]:
    for each in problems(kind, document):
        yield f"{where} is not as {kind}.schema.json says, at {each.pointer!r}: {each.message}"


def _typed(
    value: object, output: Mapping[str, Any], schema: Mapping[str, Any], where: str
) -> Iterator[str]:
    """The value is of the type that the client schema gives."""
    whole = {**output, "$defs": {**schema.get("$defs", {}), **output.get("$defs", {})}}
    for error in Draft202012Validator(whole).iter_errors(value):
        pointer = "".join(f"/{step}" for step in error.absolute_path)
        yield f"{where} is not as the client schema says, at {pointer!r}: {error.message}."


_Rule = Callable[[Received, Mapping[str, Any], str], Iterator[str]]
_RULES: Sequence[tuple[Callable[[Received], bool], _Rule]] = (
    (lambda r: r.is_problem, _problem),
    (lambda r: r.is_problem and r.kind == "call", _app_error),
    (lambda r: r.kind == "call" and r.status == 200, _call),
    (lambda r: r.kind == "call" and r.status == 200, _agreement),
    (lambda r: r.kind == "context" and r.status == 200, _bundle),
    (lambda r: r.kind == "context" and r.status in (200, 304), _read_caching),
    (lambda r: r.kind == "context", _read_targets),
    (lambda _: True, _tags),
    (lambda r: r.kind == "context" and r.status == 304, _not_modified),
    (lambda r: r.kind == "call" and 200 < r.status < 300, _stray),
    (lambda r: r.kind == "context" and 200 < r.status < 300, _stray),
    (lambda r: r.kind != "context" and INVALIDATE in r.headers, _field),
    (lambda r: r.kind == "other" and not r.is_problem and INVALIDATE in r.headers, _view),
)
