"""Why an edge does not keep a reply: what the reply says, what was declared, what the edge does.

Invariant: the first row that applies is the reason; each names what would have to change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mizan.edge.answers import Seen, State, network, state
from mizan.edge.probes import Found

OK, WARN, BAD = "ok", "warn", "bad"
Says = tuple[str, str, str]  # level, text, advice

GOOD = 200
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Setting:
    """What MIZAN_EDGE says: whether there is an edge, the networks whose tags replies carry, and
    the backends of its purgers."""

    edge: bool = False
    tags: Sequence[str] = ()
    purgers: Sequence[str] = ()


def why(found: Found, setting: Setting) -> Says:
    """Return the reason why a public resource was no hit at the second request."""
    return next(said for reason in _REASONS if (said := reason(found, found.again, setting)))


def _status(_: Found, answer: Seen, __: Setting) -> Says | None:
    if answer.status == GOOD:
        return None
    level = BAD if answer.status >= _SERVER_ERROR else WARN
    where = answer.headers.get("location")
    advice = f"Ask for {where}." if where else "Name a URL that is answered 200."
    return level, f"not kept: answered {answer.status}", advice


def _cookie(_: Found, answer: Seen, __: Setting) -> Says | None:
    if not answer.cookies:
        return None
    text = f"not kept: the reply sets a cookie ({', '.join(answer.cookies)})"
    return BAD, text, "Find the middleware, or the load balancer, that sets it on public URLs."


def _varies(_: Found, answer: Seen, __: Setting) -> Says | None:
    odd = sorted(answer.varies & {"cookie", "authorization", "*"})
    if not odd:
        return None
    advice = "Something read the session or the user: a middleware, or the function itself."
    return BAD, f"not kept: Vary: {', '.join(odd)} makes it everybody's own", advice


def _spelled(_: Found, answer: Seen, __: Setting) -> Says | None:
    url = answer.headers.get("content-location")
    return (WARN, "not kept: not the canonical URL", f"Ask for {url}.") if url else None


def _declared(found: Found, _: Seen, __: Setting) -> Says | None:
    if found.resource.cache is not False:
        return None
    return OK, "not kept, as it is declared with cache=False", ""


def _private(_: Found, answer: Seen, __: Setting) -> Says | None:
    if "private" not in answer.policy:
        return None
    advice = (
        "It looked at what may differ between requests; under DEBUG the error names it. "
        'Declare it by MIZAN_CACHE["VARY"], or the context as user_scoped.'
    )
    return BAD, f"not kept: {answer.headers['cache-control']}, though its context is public", advice


def _no_store(_: Found, answer: Seen, __: Setting) -> Says | None:
    if "no-store" not in answer.policy:
        return None
    return WARN, "not kept: no-store", "A mutation may have been under way: ask again."


def _no_cache(_: Found, answer: Seen, setting: Setting) -> Says | None:
    if "no-cache" not in answer.policy:
        return None
    text = f"not kept: {answer.headers['cache-control']}"
    if not setting.edge:
        advice = "Nobody may keep what nobody purges: set MIZAN_EDGE, once the edge purges."
        return WARN, f"{text}, as MIZAN_EDGE is off", advice
    said = state(answer)[1]
    advice = (
        "The workers have another MIZAN_EDGE than this command; or the reply has more tags than "
        "fit, as their log says; or the edge tells clients so and has a reason of its own."
    )
    return WARN, f"{text} ({said})" if said else text, advice


def _for_how_long(found: Found, answer: Seen, __: Setting) -> Says | None:
    if answer.seconds("s-maxage") or answer.seconds("max-age"):
        return None
    said = answer.headers.get("cache-control")
    text = f"not kept: {said} has no s-maxage" if said else "not kept: it has no Cache-Control"
    if found.resource.page:
        return WARN, text, "A page says itself how long it may be kept: its view sets s-maxage."
    return WARN, text, "Let the edge, and what is between, pass Cache-Control on as it is."


def _unknown(_: Found, answer: Seen, __: Setting) -> Says | None:
    if state(answer)[0] is not State.UNKNOWN:
        return None
    advice = "Let the edge write Cache-Status (RFC 9211), or ask the edge and not the server."
    return WARN, "no header says whether it came from a cache", advice


def _edge(_: Found, answer: Seen, __: Setting) -> Says:
    """Nothing in the reply is against it."""
    advice = _HINTS.get(
        network(answer) or "",
        "See whether the edge passes this path, or requests of this kind, by; whether it honours "
        "s-maxage; whether several servers take turns.",
    )
    said = answer.headers["cache-control"]
    return BAD, f"not kept, although it says {said} ({state(answer)[1]})", advice


_HINTS: dict[str, str] = {
    "cloudflare": "Cloudflare keeps neither JSON nor pages unless a Cache Rule makes them "
    "eligible: add one, and let it respect the origin's TTL.",
    "cloudfront": "Give the behaviour of this path a cache policy with a minimum TTL of 0 and all "
    "query strings in the key; the policy CachingDisabled keeps nothing.",
    "fastly": "See whether the service passes this path (return(pass)), or a cookie does.",
    "akamai": "Let the caching behaviour of this path honour the origin's Cache-Control.",
}

_REASONS: tuple[Callable[[Found, Seen, Setting], Says | None], ...] = (
    _status,
    _cookie,
    _varies,
    _spelled,
    _declared,
    _private,
    _no_store,
    _no_cache,
    _for_how_long,
    _unknown,
    _edge,
)
