"""Resolution of targets at an edge: tags, URLs and patterns (SPEC.md, section 12.2).

Invariant: whatever a target makes stale stands under one of the tags; URLs are the best effort.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mizan.errors import HeaderError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.guards import tag, target_guard
from mizan.protocol.header import parse
from mizan.protocol.targets import EVERYTHING, Target, canonical_set
from mizan.protocol.url import percent_encode

_route_params = re.compile(r"(?<=/):([a-z][a-z0-9_]*)(?=/|\Z)").sub
_stars = re.compile(r"&?\*(?:&\*)*&?").sub


class Resolution(NamedTuple):
    """What an edge purges; each list is sorted, without repetitions.

    In `patterns` ``*`` stands for any characters.
    """

    tags: tuple[str, ...]
    urls: tuple[str, ...]
    patterns: tuple[str, ...]


def resolve(manifest: Mapping[str, Any], targets: Iterable[Target] | str | bytes) -> Resolution:
    """Return what an edge purges for targets, or for a field value of `X-Mizan-Invalidate`.

    A field that cannot be read is `*` (MZ-HDR-016). Raises as `targets.serialise` for a target
    that is none.
    """
    tags: set[str] = set()
    urls: set[str] = set()
    for target in _each_context(manifest, targets):
        context = manifest["contexts"].get(target.context)
        tags.add(tag(target_guard(target, context["scope_params"] if context else ())))
        if context:
            urls.update(_urls(context, target))
        else:
            urls.add(f"{manifest['base_url']}ctx/{target.context}/*")
    patterns = {url for url in urls if "*" in url}
    return Resolution(*(tuple(sorted(each)) for each in (tags, urls - patterns, patterns)))


def _each_context(
    manifest: Mapping[str, Any], targets: Iterable[Target] | str | bytes
) -> tuple[Target, ...]:
    """Return the canonical set, every context in place of `*`."""
    if isinstance(targets, (str, bytes)):
        try:
            targets = parse(targets)
        except HeaderError:
            targets = (EVERYTHING,)
    canonical = canonical_set(targets)
    if canonical == (EVERYTHING,):
        return tuple(Target(name) for name in manifest["contexts"])
    return canonical


def _urls(context: Mapping[str, Any], target: Target) -> Iterator[str]:
    """Yield the URLs that the target makes stale; with ``*`` where they have any value."""
    values = {name: percent_encode(canonical_string(value)) for name, value in target.params}
    yield _context_url(context, values)
    known = {each["name"] for each in (*context["parameters"], *context["bound_params"])}
    for route in (*context["views"], *context["page_routes"]):
        yield _route_params(lambda match: _filled(match[1], known, values), route)


def _filled(name: str, known: set[str], values: Mapping[str, str]) -> str:
    return values.get(name, "*") if name in known else "*"


def _context_url(context: Mapping[str, Any], values: Mapping[str, str]) -> str:
    """Return the URL, or the pattern, of the instances that have the values (MZ-EDG-003, 004)."""
    names = [each["name"] for each in context["parameters"]]
    pairs = "&".join(f"{name}={values[name]}" if name in values else "*" for name in names)
    query = _stars("*", pairs)
    mark = "" if query in ("", "*") else "?"
    return f"{context['endpoint']}{mark}{query}"
