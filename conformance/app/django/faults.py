"""Faults that real servers of the protocol have, each made by patching the Django server.

Invariant: a fault is one mistake; `FAULTS` names the case that has to catch it, and a word of what
that case says, so that it is caught for its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mizan.cache.memory import MemoryCache
from mizan.django.host import DjangoHost
from mizan.protocol import header, policy
from mizan.protocol.targets import Target
from mizan.server import incoming, mutation, reads, reply, single_flight
from mizan.server.arguments import Arguments
from mizan.server.catalog import Catalog
from mizan.server.problems import Problem
from mizan.server.registry import registry
from mizan.server.slots import Slots


class Fault(NamedTuple):
    """What it does to the server, the case that catches it, and a word of what that says."""

    patch: Callable[[], None]
    case: str
    says: str


def _names_in_any_order() -> None:
    results = reads._results

    def backwards(*args: Any) -> Iterator[Any]:
        found = yield from results(*args)
        return dict(reversed(found.items()))

    reads._results = backwards


def _etag_in_upper_case() -> None:
    etag = policy.etag
    policy.etag = lambda body: etag(body).upper()


def _every_spelling_is_canonical() -> None:
    read = incoming.Queries.read
    incoming.Queries.read = lambda *args: read(*args)._replace(canonical=True)


def _plus_is_a_space() -> None:
    parse = incoming.parse_query
    incoming.parse_query = lambda *args: parse(*args[:3], args[3].replace("+", "%20"))


def _bad_token_is_a_visitor() -> None:
    identify = DjangoHost.token_identity

    def forgiving(request: Any) -> Any:
        try:
            return identify(request)
        except Problem:
            return None

    DjangoHost.token_identity = staticmethod(forgiving)


def _no_check_of_csrf() -> None:
    DjangoHost.check_csrf = staticmethod(lambda request: None)


def _condition_before_permission() -> None:
    find, last = reads.find, {}

    def hasty(catalog: Any, request: Any, context: Any, asked: Any) -> Iterator[Any]:
        if not (request.if_none_match and asked.url in last):
            last[asked.url] = yield from find(catalog, request, context, asked)
        return last[asked.url]

    reads.find = hasty


def _overlap_is_stored() -> None:
    store = MemoryCache.store

    def careless(self: Any, key: str, guards: Any, begun: Any, *more: Any) -> bool:
        stamps = b"".join(map(self._stamp, guards))
        return store(self, key, guards, type(begun)(begun.state, stamps, begun.id), *more)

    MemoryCache.store = careless


def _reads_do_not_see_holds() -> None:
    MemoryCache._is_held = lambda self, guard, now: False


def _nothing_is_purged() -> None:
    def idle(*args: Any, **options: Any) -> Iterator[Any]:
        yield from ()

    mutation.pledge = mutation.fulfil = idle


def _users_share_entries() -> None:
    slot = Slots.slot
    Slots.slot = lambda self, context, params, who, vary: slot(self, context, params, None, vary)


def _every_target_is_broad() -> None:
    targets = Catalog.targets
    Catalog.targets = lambda *args: tuple(Target(each.context) for each in targets(*args))


def _bound_parameters_are_forgotten() -> None:
    targets = Catalog.targets
    Catalog.targets = lambda self, function, given, _: targets(self, function, given, {})


def _null_is_absent() -> None:
    validate = Arguments.validate

    def dropping(self: Any, given: Any) -> Any:
        return validate(self, {name: each for name, each in given.items() if each is not None})

    Arguments.validate = dropping


def _field_is_cut() -> None:
    write = header.format
    header.format = lambda targets, limit=2048: write(targets, 1 << 20)[:limit]


def _everything_held_is_fresh() -> None:
    single_flight.matches = lambda target, instance: True


def _slices_are_not_checked() -> None:
    single_flight.check_all = lambda *args: iter(())


def _errors_tell_all() -> None:
    reply._unknown = lambda catalog, request, error: Problem("internal", str(error))


def _no_limit_of_bodies() -> None:
    registry.catalog.host.body_limit = 1 << 30


FAULTS = {
    "names-in-any-order": Fault(
        _names_in_any_order, "http-every/canonical-body", "the body is not canonical"
    ),
    "etag-in-upper-case": Fault(_etag_in_upper_case, "http-every/etag", "ETag: expected"),
    "every-spelling-is-canonical": Fault(
        _every_spelling_is_canonical, "http-url/order", "Cache-Control: expected 'no-store'"
    ),
    "plus-is-a-space": Fault(_plus_is_a_space, "http-url/plus", "expected 'no-store'"),
    "bad-token-is-a-visitor": Fault(
        _bad_token_is_a_visitor, "http-token/refused-expired", "expected the status 401, got 200"
    ),
    "no-check-of-csrf": Fault(
        _no_check_of_csrf, "http-session/csrf-missing", "expected the status 403, got 200"
    ),
    "condition-before-permission": Fault(
        _condition_before_permission,
        "http-cache/condition-needs-permission",
        "expected the status 401, got 304",
    ),
    "overlap-is-stored": Fault(
        _overlap_is_stored, "http-overlap/read-across-mutation", "expected 'no-store'"
    ),
    "reads-do-not-see-holds": Fault(
        _reads_do_not_see_holds, "http-overlap/read-during-mutation", "expected 'no-store'"
    ),
    "nothing-is-purged": Fault(
        _nothing_is_purged, "http-overlap/acknowledged", "a read after an acknowledged mutation"
    ),
    "users-share-entries": Fault(_users_share_entries, "http-cache/users-apart", "Hello, Bob"),
    "every-target-is-broad": Fault(
        _every_target_is_broad, "http-invalidate/argument", "expected 'board;board_id=1'"
    ),
    "bound-parameters-are-forgotten": Fault(
        _bound_parameters_are_forgotten, "http-invalidate/bound", "expected 'me;user_id=1'"
    ),
    "null-is-absent": Fault(_null_is_absent, "http-call/null", "expected null, got 5"),
    "field-is-cut": Fault(_field_is_cut, "http-invalidate/coarsened", "expected 'board'"),
    "everything-held-is-fresh": Fault(
        _everything_held_is_fresh, "http-flight/not-stale", "fresh: expected nothing"
    ),
    "slices-are-not-checked": Fault(_slices_are_not_checked, "http-flight/others-data", 'got "me"'),
    "errors-tell-all": Fault(_errors_tell_all, "http-call/crash", "secret detail"),
    "no-limit-of-bodies": Fault(
        _no_limit_of_bodies, "http-call/too-large", "expected the status 413, got 200"
    ),
}
