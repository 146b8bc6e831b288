"""The VCL of a manifest: `templates/head.vcl`, then `templates/rules.vcl` with what it leaves open.

Invariant: what is looked up in the cache is a public context that may be cached, or a page or view
that shows only such contexts; everything else passes.
"""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any, Final, NamedTuple

from mizan.edge_vcl.grammar import REPEATED, TAG_PARAMETER, TAGS, TARGETS
from mizan.protocol.guards import Guard, tag
from mizan.protocol.header import WRITE_LIMIT
from mizan.protocol.tags import FIELDS, INVALIDATION, MOST_TAGS

_OWN_NAMES: Final = ("Began", "Detail", "Fetch", "Path", "Refresh", "Stored", "Tags")
_OWN: Final = tuple(f"Mizan-Edge-{name}" for name in _OWN_NAMES)
_TAG_FIELDS: Final = (*FIELDS, INVALIDATION)

# Fields by which servers and frameworks take another scheme, host, path or method than the key's.
_UNKEYED: Final = (
    "Forwarded", "Front-End-Https", "Path-Info", "Script-Name", "X-Forwarded-Host",
    "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Protocol", "X-Forwarded-Scheme",
    "X-Forwarded-Server", "X-Forwarded-Ssl", "X-Host", "X-HTTP-Method", "X-HTTP-Method-Override",
    "X-Method-Override", "X-Original-Host", "X-Original-URL", "X-Rewrite-URL", "X-Scheme",
    "X-Script-Name", "X-Url-Scheme",
)  # fmt: skip

# Paths with dot segments, repeated slashes, `%` without two upper-case digits, or an encoding of a
# character that needs none: they pass, so that one resource has one entry (MZ-URL-007).
_NOT_NORMAL: Final = (
    r"^[^?]*(//|/\.\.?(/|\?|$)|%(?![0-9A-F][0-9A-F])"
    r"|%(2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE]))"
)
_NOTHING: Final = "(?!)"  # matches nowhere

# Whoever stands between here and a client is told of no purge.
_FOR_NOBODY_ELSE: Final = """
\tif (resp.http.Cache-Control ~ "(?i)s-maxage") {
\t\tset resp.http.Cache-Control = "public, no-cache";
\t}"""


class Options(NamedTuple):
    """What a manifest does not say.

    `backend`: host and port of the origin. `purgers`: addresses and networks that may purge,
    `purge_token_file`: where Varnish reads their token; without it nobody may. `stale_if_error`:
    seconds for which what expired is served while the origin is down. `show_tags`: whether clients
    (another cache) see tags and s-maxage.
    """

    backend: tuple[str, int] = ("127.0.0.1", 8000)
    purgers: tuple[str, ...] = ("127.0.0.1", "::1")
    purge_token_file: str | None = None
    stale_if_error: int = 86_400
    show_tags: bool = False


def render(manifest: Mapping[str, Any], options: Options) -> str:
    """Return the whole VCL. The manifest is one that its schema accepts."""
    return f"{head(options)}\n{rules(manifest, options)}"


def head(options: Options) -> str:
    """Return what differs between installations: the origin, and who may purge."""
    host, port = options.backend
    purgers = "".join(f"\t{_acl_entry(each)};\n" for each in options.purgers)
    acl = f"\n# Who may purge, with the token.\nacl mizan_purgers {{\n{purgers}}}"
    if options.purge_token_file is None:
        acl = ""  # Varnish refuses one that is not used
    return _fill("head.vcl", {"HOST": host, "PORT": str(port), "PURGERS": acl})


def rules(manifest: Mapping[str, Any], options: Options) -> str:
    """Return all rules. They need a backend and, with a token, an acl named `mizan_purgers`."""
    return _fill(
        "rules.vcl",
        {
            "CACHED": cached_urls(manifest),
            "CONTEXT_TAGS": context_tags(manifest),
            "EVENTS": _escaped(f"{manifest['base_url']}events/"),
            "GRACE": str(options.stale_if_error),
            "JUDGE": "\tcall mizan_judge_next;\n" * MOST_TAGS,
            "MARK": "\tcall mizan_mark_next;\n" * MOST_TAGS,
            "MOST": str(MOST_TAGS),
            "NOT_NORMAL": _NOT_NORMAL,
            "REFUSED": _refused(options.purge_token_file),
            "REPEATED": REPEATED,
            "STRIP_BERESP": _unset("beresp", ("xkey", *_OWN)),
            "STRIP_REQUEST": _unset("req", ("X-Mizan-Invalidate", *_TAG_FIELDS, *_OWN)),
            "STRIP_RESPONSE": _strip_response(options.show_tags),
            "STRIP_UNKEYED": _unset("req", _UNKEYED),
            "TAG_PARAM": TAG_PARAMETER,
            "TAGS": TAGS,
            "TARGETS": TARGETS,
            "TOO_LONG": str(WRITE_LIMIT + 1),
        },
    )


def cached_urls(manifest: Mapping[str, Any]) -> str:
    """Return a regular expression of the URLs that are looked up in the cache."""
    contexts = [each for each in manifest["contexts"].values() if may_be_cached(each)]
    paths = [_escaped(each["endpoint"]) for each in contexts]
    paths += [_route(each) for each in pages(manifest)]
    return rf"^(?:{'|'.join(paths) or _NOTHING})(?:\?|$)"


def context_tags(manifest: Mapping[str, Any]) -> str:
    """Return a regular expression of the tags that are a context's own, digests aside."""
    tags = [tag(Guard(name)) for name in manifest["contexts"]]
    names = [_escaped(each) for each in tags if not each.startswith("h-")]
    return rf"^(?:{'|'.join(names) or _NOTHING})$"


def may_be_cached(context: Mapping[str, Any]) -> bool:
    """Return whether replies of a context of the manifest are the same for everybody, and kept."""
    return not context["user_scoped"] and context["cache"] is not False


def pages(manifest: Mapping[str, Any]) -> list[str]:
    """Return the routes of pages and views that show nothing but contexts that may be cached."""
    shown: dict[bool, set[str]] = {True: set(), False: set()}
    for context in manifest["contexts"].values():
        shown[may_be_cached(context)].update(context["views"], context["page_routes"])
    return sorted(shown[True] - shown[False])


def _route(route: str) -> str:
    """Return a route as a regular expression, any segment in place of its parameters."""
    parts = re.split(r"(?<=/):[a-z][a-z0-9_]*(?=/|\Z)", route)
    return "[^/?]+".join(_escaped(each) for each in parts)


def _escaped(text: str) -> str:
    """Return a text as a regular expression; brackets, for bans and VCL have backslashes too."""
    return re.sub(r"[^A-Za-z0-9/_~%&=:@!',;-]", lambda match: f"[{match[0]}]", text)


def _unset(message: str, fields: Iterable[str]) -> str:
    return "\n".join(f"\tunset {message}.http.{field};" for field in dict.fromkeys(fields))


def _strip_response(show_tags: bool) -> str:
    if show_tags:
        return _unset("resp", _OWN)
    return _unset("resp", (*_TAG_FIELDS, *_OWN)) + _FOR_NOBODY_ELSE


def _refused(token_file: str | None) -> str:
    """Return the condition under which a purge is refused. The VCL has the file, not its token."""
    if token_file is None:
        return "true"
    token = f'regsub(std.fileread("{token_file}"), "[ \\t\\r\\n]+$", "")'
    return (
        f'client.ip !~ mizan_purgers || {token} == "" ||\n'
        f"\t    req.http.X-Mizan-Purge-Token != {token}"
    )


def _acl_entry(address: str) -> str:
    network, slash, bits = address.partition("/")
    return f'"{network}"{slash}{bits}'


def _fill(name: str, values: Mapping[str, str]) -> str:
    text = files("mizan.edge_vcl").joinpath("templates", name).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda match: values[match[1]].rstrip("\n"), text)
