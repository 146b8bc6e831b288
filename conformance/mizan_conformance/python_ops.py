"""The operations of SPEC.md, annex C, each a thin call of `mizan.protocol`.

Invariant: nothing here decides anything; what the core returns or raises is the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mizan.errors import DocumentError
from mizan.protocol import events, guards, header, policy, tags, targets, url
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.coerce import check_type, coerce
from mizan.protocol.decode import decode
from mizan.protocol.edge import resolve
from mizan.protocol.key import derive_cache_key
from mizan.protocol.manifest import build_manifest
from mizan.protocol.scope import mutation_targets
from mizan.protocol.token import Key, permission_key, sign, verify
from mizan.schemas import kinds, problems

from .tagged import untag

Input = Mapping[str, Any]
Output = dict[str, Any]


def _decode(given: Input) -> Output:
    return {"value": decode(untag(given["text"]), **_options(given, "limit"))}


def _coerce(given: Input) -> Output:
    nullable = given.get("nullable", False)
    check_type(given["type"])
    value = coerce(untag(given["value"]), given["type"], nullable=nullable)
    return {"value": value} if value is None else {"value": value, "text": canonical_string(value)}


def _canonical_set(given: Input) -> Output:
    return _targets(targets.canonical_set(_read_targets(given["targets"])))


def _matches(given: Input) -> Output:
    target = targets.target_from_json(given["target"])
    return {"matches": targets.matches(target, targets.instance_from_json(given["instance"]))}


def _visible(given: Input) -> Output:
    held = [*map(events.held_from_json, given["held"])]
    return _targets(events.visible(_read_targets(given["targets"]), held))


def _instance_guards(given: Input) -> Output:
    instance = targets.instance_from_json(given["instance"])
    found = guards.instance_guards(instance, given["scope_params"])
    return {"guards": [_guard(guard) for guard in found], "tags": [*map(guards.tag, found)]}


def _target_guard(given: Input) -> Output:
    target = targets.target_from_json(given["target"])
    guard = guards.target_guard(target, given["scope_params"])
    return {"guard": _guard(guard), "tag": guards.tag(guard)}


def _format(given: Input) -> Output:
    return {"field": header.format(_read_targets(given["targets"]), **_options(given, "limit"))}


def _parse_held(given: Input) -> Output:
    found = header.parse_held(untag(given["field"]))
    return {"instances": [*map(targets.instance_to_json, found)]}


def _format_held(given: Input) -> Output:
    return {"field": header.format_held([*map(targets.instance_from_json, given["instances"])])}


def _format_tags(given: Input) -> Output:
    found = map(guards.tag, map(_read_guard, given["guards"]))
    return {"headers": tags.format(found, **_options(given, "networks"))}


def _format_purge(given: Input) -> Output:
    return {"field": tags.format_purge(map(_read_guard, given["guards"]))}


def _build_url(given: Input) -> Output:
    request = url.build(given["base_url"], given["context"], given["parameters"], given["args"])
    output = {"method": request.method, "url": request.url}
    return output if request.body is None else {**output, "body": request.body}


def _parse_query(given: Input) -> Output:
    query = untag(given["query"])
    parsed = url.parse_query(given["base_url"], given["context"], given["parameters"], query)
    return {"params": parsed.params, "canonical": parsed.canonical, "url": parsed.url}


def _cache_key(given: Input) -> Output:
    members = {name: value for name, value in given["input"].items() if name != "v"}
    return {"key": derive_cache_key(bytes.fromhex(given["secret"]), **members)}


def _permission_key(given: Input) -> Output:
    secret = bytes.fromhex(given["secret"])
    return {"pkey": permission_key(secret, given["perms"], given["staff"], given["superuser"])}


def _sign(given: Input) -> Output:
    return {"token": sign(given["claims"], [*map(Key.from_jwk, given["keys"])])}


def _verify(given: Input) -> Output:
    keys = [*map(Key.from_jwk, given["keys"])]
    options = _options(given, "algs", "audience", "now", "leeway", "max_lifetime")
    return {"claims": verify(given["token"], keys, **options)}


def _effective(given: Input) -> Output:
    rev, cache = policy.effective(given["functions"])
    return {"rev": rev, "cache": cache}


def _response_headers(given: Input) -> Output:
    members = {name: value for name, value in given.items() if name != "body"}
    etag = policy.etag(given["body"].encode())
    return {"headers": policy.response_headers(**members, etag=etag)}


def _mutation_targets(given: Input) -> Output:
    added = _read_targets(given.get("added", []))
    return _targets(
        mutation_targets(
            given["declarations"], given["function"], given["args"], given["bound"], added
        )
    )


def _resolve(given: Input) -> Output:
    asked = given["field"] if "field" in given else _read_targets(given["targets"])
    found = resolve(given["manifest"], asked)
    return {"tags": [*found.tags], "urls": [*found.urls], "patterns": [*found.patterns]}


def _validate(given: Input) -> Output:
    kind = given["kind"]
    if kind not in kinds():
        raise DocumentError("document.kind", f"{kind!r} is no kind: one of {', '.join(kinds())}.")
    if found := problems(kind, given["document"]):
        raise DocumentError("document.invalid", str(found[0]))
    return {"valid": True}


def _targets(found: tuple[targets.Target, ...]) -> Output:
    return {"targets": [*map(targets.target_to_json, found)]}


def _read_targets(documents: list[Any]) -> list[targets.Target]:
    return [*map(targets.target_from_json, documents)]


def _guard(guard: guards.Guard) -> Output:
    return {"context": guard.context, "params": dict(guard.params)}


def _read_guard(document: Mapping[str, Any]) -> guards.Guard:
    return guards.Guard(document["context"], tuple(sorted(document["params"].items())))


def _options(given: Input, *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


OPERATIONS: Final[Mapping[str, Callable[[Input], Output]]] = {
    "decode": _decode,
    "jcs": lambda given: {"text": canonical_json(untag(given["value"]))},
    "canonical": lambda given: {"text": canonical_string(untag(given["value"]))},
    "coerce": _coerce,
    "targets.canonical": _canonical_set,
    "targets.matches": _matches,
    "events.visible": _visible,
    "guards.instance": _instance_guards,
    "guards.target": _target_guard,
    "header.parse": lambda given: _targets(header.parse(untag(given["field"]))),
    "header.format": _format,
    "held.parse": _parse_held,
    "held.format": _format_held,
    "tags.parse": lambda given: {"tags": [*tags.parse(untag(given["field"]))]},
    "tags.format": _format_tags,
    "tags.purge": _format_purge,
    "url.build": _build_url,
    "url.parse": _parse_query,
    "key.derive": _cache_key,
    "pkey": _permission_key,
    "token.sign": _sign,
    "token.verify": _verify,
    "policy.effective": _effective,
    "policy.headers": _response_headers,
    "mutation.targets": _mutation_targets,
    "manifest.build": lambda given: {"manifest": build_manifest(given["declarations"])},
    "edge.resolve": _resolve,
    "validate": _validate,
}
"""The operation of each name: input to output, both as annex C has them. Raises MizanError."""
