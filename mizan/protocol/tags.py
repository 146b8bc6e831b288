"""The fields that list tags to caches: on responses, and what a mutation purges (SPEC.md, 9.1).

Invariant: no tag is ever cut off. A response with too many has none, and so is not to be kept; a
mutation with too many purges more than it made stale.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, NamedTuple

from mizan.errors import DocumentError, HeaderError, show
from mizan.protocol.guards import Guard, tag
from mizan.protocol.header import field_text
from mizan.protocol.header_reader import items

GROUPS: Final = "Cache-Groups"  # RFC 9875, 2
INVALIDATION: Final = "Cache-Group-Invalidation"  # RFC 9875, 3
MOST_TAGS: Final = 32  # of a field: what RFC 9875 asks each cache to take; MZ-TAG-003, 005
_is_tag = re.compile(r"[a-z0-9._-]{1,32}").fullmatch


class Network(NamedTuple):
    """How a network is told the tags of a response, and what it publishes of its limits.

    `field` and `separator` write the tags; `longest_tag` is in bytes, `most_tags` of a response,
    `most_bytes` of the field's value (None: it publishes no such limit). Beyond its limits a
    network ignores tags, of which nobody learns. `source`: where it says so.
    """

    field: str
    separator: str
    longest_tag: int | None
    most_tags: int | None
    most_bytes: int | None
    source: str


NETWORKS: Final[Mapping[str, Network]] = {
    "fastly": Network(
        "Surrogate-Key",
        " ",
        1024,
        None,
        16_384,
        "https://www.fastly.com/documentation/reference/http/http-headers/Surrogate-Key/",
    ),
    "cloudflare": Network(
        "Cache-Tag",
        ",",
        1024,  # of a tag that a purge names
        1000,
        16_384,
        "https://developers.cloudflare.com/cache/how-to/purge-cache/purge-by-tags/",
    ),
    "cloudfront": Network(
        "Cache-Tag",  # as its CacheTagConfig has to name it
        ",",
        256,
        50,
        None,
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/"
        "invalidation-specifying-tags.html",
    ),
    "akamai": Network(
        "Edge-Cache-Tag",
        ",",
        128,
        128,
        8192,  # of all fields of a response
        "https://techdocs.akamai.com/purge-cache/docs/assign-cache-tags",
    ),
    "varnish": Network(
        "xkey",
        " ",
        None,
        None,
        8192,  # http_resp_hdr_len: the field with its name
        "https://varnish-cache.org/docs/7.1/reference/varnishd.html#list-of-parameters",
    ),
}
"""The networks that have a field of their own for tags, by name."""

FIELDS: Final = (GROUPS, *sorted({network.field for network in NETWORKS.values()}))
"""The fields of responses that list tags."""


def parse(text: str | bytes) -> tuple[str, ...]:
    """Return the tags of a value of `Cache-Groups` or `Cache-Group-Invalidation`, each once.

    Several field lines are joined with ``, ``. Raises HeaderError as MZ-TAG-006 says; what that
    means to an edge is said by MZ-TAG-007.
    """
    found = {}
    for position, kind, string in items(field_text(text)):
        if kind != "String":
            message = f'A tag is a String, such as "user", not a {kind}.'
            raise HeaderError("header.item_type", message, position=position)
        if not _is_tag(string):
            message = f"A tag is 1 to 32 of [a-z0-9._-]; {show(string)} is none."
            raise HeaderError("header.tag", message, position=position)
        found[string] = True
    return tuple(found)


def format(tags: Iterable[str], networks: Iterable[str] = ()) -> dict[str, str]:  # noqa: A001 (as `header` has it)
    """Return the fields of a response that has these tags, by name; none without tags.

    `networks` are names of NETWORKS, for whom the tags are written too. Raises HeaderError
    (``header.tag_count``) for more tags than a cache need take: nobody may keep such a response.
    Raises DocumentError (``document.invalid``) for a network that is not known.
    """
    found = tuple(dict.fromkeys(tags))
    others = [_network(name) for name in networks]
    if len(found) > MOST_TAGS:
        message = f"A response has at most {MOST_TAGS} tags, not {len(found)}."
        raise HeaderError("header.tag_count", message)
    if not found:
        return {}
    fields = {GROUPS: strings(found)}
    for network in others:
        fields[network.field] = network.separator.join(found)
    return fields


def format_purge(
    guards: Iterable[Guard], tag: Callable[[Guard], str] = tag, own: Collection[str] = ()
) -> str:
    """Return the value of `Cache-Group-Invalidation` that purges what stands under the guards.

    Empty for none: then the field is not sent. Over 32 tags whole contexts take the place of their
    parts, the one with the most tags first (MZ-TAG-005). `tag` names a guard; `own` are tags of an
    application's own, which are all kept.
    """
    parts: dict[str, set[str]] = {}
    for guard in guards:
        parts.setdefault(guard.context, set()).add(tag(guard))
    count = len(own) + sum(map(len, parts.values()))
    for context in sorted(parts, key=lambda context: (-len(parts[context]), context)):
        several = len(parts[context]) - 1
        if count <= MOST_TAGS or not several:
            break
        parts[context] = {tag(Guard(context))}
        count -= several
    return strings(sorted(set(own).union(*parts.values())))


def strings(tags: Iterable[str]) -> str:
    """Return tags as a List of Strings (MZ-TAG-003)."""
    return ", ".join([f'"{tag}"' for tag in tags])


def _network(name: str) -> Network:
    if name not in NETWORKS:
        message = f"{show(name)} is no network: one of {', '.join(NETWORKS)}."
        raise DocumentError("document.invalid", message)
    return NETWORKS[name]
