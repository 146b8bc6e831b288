"""What an edge in front of the server keeps and what not, why, and whether it may.

What it finds is `ok`, `warn` (works, yet gives less than it could) or `bad` (must be changed).

Invariant: it judges by what it was answered; only what nothing else explains is called a leak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mizan.edge.answers import Seen, State, network, state
from mizan.edge.probes import FORGED, NETWORK_FIELDS, Found
from mizan.edge.reasons import BAD, GOOD, OK, WARN, Says, Setting, why

Look = Callable[[Found, Setting], Says | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `url` begins with the path; `advice` says what to change."""

    level: str
    url: str
    what: str
    text: str
    advice: str = ""


def examine(found: Found, setting: Setting) -> Iterator[Finding]:
    """Yield what is to be said of a resource."""
    looks = _PRIVATE if found.resource.user_scoped else _PUBLIC
    for what, look in {**looks, **_ANY}.items():
        said = look(found, setting)
        if said is not None:
            level, text, advice = said
            yield Finding(level, found.resource.path, what, text, advice)


def purged(found: Found, after: Seen, seconds: float) -> Finding:
    """Return what a purge of the URL did, by what it was answered `seconds` later at most."""
    url, (what, header) = found.resource.path, state(after)
    if what is State.HIT:
        text = f"still a HIT {seconds:g} s after the purge ({header})"
        advice = "See whether the purger names this edge, and whether the edge reads these tags."
        return Finding(BAD, url, "purge", text, advice)
    return Finding(OK, url, "purge", f"no HIT any more after the purge ({header})")


def _kept(found: Found, setting: Setting) -> Says | None:
    answer, (_, header) = found.again, state(found.again)
    if not found.is_hit:
        return why(found, setting)
    if {"no-store", "private"} & answer.policy.keys():
        policy = answer.headers["cache-control"]
        advice = "Let the edge honour Cache-Control; look for a rule that caches everything."
        return BAD, f"a HIT ({header}), although it says {policy}", advice
    if not setting.edge and found.resource.target is not None:
        advice = "Set MIZAN_EDGE and have it purge, or let it keep nothing of these URLs."
        return BAD, f"a HIT ({header}), while MIZAN_EDGE is off: nobody purges it", advice
    cookie = answer.headers.get("set-cookie")
    if cookie is not None and cookie == found["after"].headers.get("set-cookie"):
        text = f"a HIT that gives everybody one cookie ({', '.join(answer.cookies)})"
        return BAD, text, "Let the edge keep nothing that sets a cookie."
    return OK, f"HIT at the second request ({header})", ""


def _strangers(found: Found, _: Setting) -> Says | None:
    """Public replies are everybody's, whatever cookie comes along."""
    stranger = found["stranger"]
    if found.again.same(found["after"]) and not found.again.same(stranger):
        text = f"differs for who sends a session's cookie (status {stranger.status})"
        return BAD, text, "Declare by VARY or user_scoped what the page may differ by."
    if found.is_hit and state(stranger)[0] is not State.HIT:
        text = "no HIT for who sends a session's cookie"
        return WARN, text, "Strip cookies from requests for public URLs at the edge."
    return (OK, "a session's cookie makes no difference", "") if found.is_hit else None


def _spelling(found: Found, _: Setting) -> Says | None:
    if "respelled" not in found:
        return None
    first, again = found["respelled"], found["respelled again"]
    if state(again)[0] is State.HIT and "content-location" in again.headers:
        text = "another spelling of the query is kept as an entry of its own"
        return BAD, text, "Let the edge honour no-store: anybody can fill it with spellings."
    if found.again.same(found["after"]) and first.status != found.again.status:
        return WARN, f"another spelling of the query is answered {first.status}", ""
    return OK, "another spelling of the query makes no other entry", ""


def _forged(found: Found, _: Setting) -> Says | None:
    """Only the origin says what is stale and what a reply is tagged with."""
    methods = [each for each in ("GET", "POST") if f"forged {each}" in found]
    for method in methods:
        if any(FORGED in value for value in found[f"forged {method}"].headers.values()):
            text = f"a tag that a client sent ({method}) came back in the reply"
            return BAD, text, "Strip tag headers from requests at the edge."
        if found.believed(method):
            text = f"a client's X-Mizan-Invalidate ({method}) purged the URL"
            return BAD, text, "Believe it from the origin alone; strip it from requests."
    return (OK, "what a client says of invalidation and tags is ignored", "") if methods else None


def _browsers(found: Found, setting: Setting) -> Says | None:
    """What a browser keeps is purged by nobody."""
    seconds = found.again.seconds("max-age")
    if not setting.edge or found.resource.target is None or not seconds:
        return None
    text = f"browsers may keep it for {seconds} s (max-age), and nobody purges them"
    return BAD, text, "Let the edge pass Cache-Control on as it is: no browser TTL of its own."


def _network(found: Found, setting: Setting) -> Says | None:
    """A network that keeps what has none of its tags keeps it for ever."""
    name = network(found.again)
    if name is None or name == "varnish" or not setting.edge or not found.is_hit:
        return None
    if name not in setting.tags:
        text = f"{name} keeps it, and replies do not carry its tags"
        return BAD, text, f'Add "{name}" to MIZAN_EDGE["TAGS"].'
    own = any("." in each for each in setting.purgers)  # a class of theirs may purge it
    if name not in setting.purgers and not own:
        text = f"{name} keeps it, and no purger of it is configured"
        return BAD, text, f'Add one with the backend "{name}" to MIZAN_EDGE["PURGE"].'
    return OK, f"{name} keeps it, is given tags, and is purged", ""


def _leaks(found: Found, _: Setting) -> Says | None:
    here = [each for each in NETWORK_FIELDS if each.lower() in found.again.headers]
    if not here:
        return None
    text = f"{', '.join(here)} reaches clients"
    return WARN, text, "Let the edge take it off replies: it tells what is declared."


def _anonymous(found: Found, _: Setting) -> Says | None:
    """What is a user's own is nobody's who is not known."""
    for name in ("second", "stranger", "after"):
        what, header = state(found[name])
        if what is State.HIT:
            text = f"a HIT for who is not signed in ({header})"
            return BAD, text, "Never keep what says private, whatever the path."
    if not {"no-store", "private"} & found.again.policy.keys():
        policy = found.again.headers.get("cache-control", "no Cache-Control")
        text = f"a user's own, and the edge answers with {policy}"
        return BAD, text, "Let the edge pass Cache-Control on as it is."
    policy = found.again.headers["cache-control"]
    return OK, f"a user's own: not kept for who is not signed in ({policy})", ""


def _users(found: Found, _: Setting) -> Says | None:
    """Two users who are signed in never get one entry."""
    if "user 1" not in found:
        return None
    one, other, nobody = found["user 0 again"], found["user 1"], found["after"]
    if GOOD not in (one.status, other.status):
        text = f"the two users are answered {one.status} and {other.status}"
        return WARN, text, "Sign in anew two users who may read it."
    if nobody.same(one) and not nobody.same(found["second"]):
        text = "who is not signed in is shown what the first user was"
        return BAD, text, "Take it out of service: it shows a user's data to others."
    if state(other)[0] is State.UNKNOWN and other.same(one):
        text = "both users are answered the same, and no header says where it came from"
        return WARN, text, "Name two users whose data differ."
    if state(other)[0] is State.HIT and other.same(one):
        text = "the edge answered the second user with what it showed the first"
        advice = (
            "Take it out of service: it shows a user's data to others. (Unless both own the same: "
            "name two whose data differ.)"
        )
        return BAD, text, advice
    kept = state(one)[0] is State.HIT or state(found["user 1 again"])[0] is State.HIT
    how = "kept for each user apart" if kept else "kept for neither of the two users"
    return OK, how, ""


_PUBLIC: dict[str, Look] = {
    "cached": _kept,
    "cookies": _strangers,
    "spelling": _spelling,
    "forged": _forged,
    "browsers": _browsers,
    "network": _network,
}
_PRIVATE: dict[str, Look] = {"cached": _anonymous, "users": _users, "spelling": _spelling}
_ANY: dict[str, Look] = {"tags": _leaks}
LOOKS = frozenset({*_PUBLIC, *_PRIVATE, *_ANY})
"""What is looked at; a purge comes besides."""
