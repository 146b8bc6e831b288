"""mizan/server/reads.py: what a read takes from the cache and leaves there."""

import json
from typing import Annotated, Any

import pytest
from pydantic import SkipValidation

from mizan.cache import MemoryCache
from mizan.cache.base import CacheUnavailable, Hold, Limits
from mizan.server import Context, FromRequest, reads
from mizan.server.drive import drive
from mizan.server.effects import RunAll
from mizan.server.host import Incoming


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Broken:
    """A cache that cannot be reached."""

    limits = Limits()

    def __init__(self) -> None:
        self.aio = self

    def __getattr__(self, name: str) -> Any:
        def refuse(*_: Any) -> Any:
            raise CacheUnavailable("It is down.")

        return refuse


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cached(either: Any, clock: Clock) -> Any:
    """A server with a cache, a public context `page` and a user's `user`, and a shared state."""
    either.host.cache = MemoryCache(limits=Limits(ttl=100), clock=clock)
    either.state = {"version": 1, "runs": 0, "look": lambda request: None}

    class PageContext(Context):
        pass

    class UserContext(Context):
        user_scoped = True

    class MineContext(Context):
        user_id: int = FromRequest(lambda request: request.user and int(request.user))

    @either.client(context=PageContext)
    def page(request: Any, page_id: int, q: str | None = None) -> dict[str, int]:
        either.state["runs"] += 1
        either.state["look"](request)
        return {"version": either.state["version"]}

    @either.client(context=UserContext)
    def profile(request: Any) -> str:
        either.state["runs"] += 1
        either.state["look"](request)
        return str(request.user)

    @either.client(context=MineContext)
    def mine(request: Any) -> str:
        either.state["runs"] += 1
        return str(request.user)

    @either.client(affects=PageContext)
    def publish(request: Any, page_id: int) -> None:
        either.state["version"] += 1

    @either.client(affects=MineContext)
    def touch(request: Any) -> None:
        pass

    return either


HIT, STORED, MISS = "mizan; hit", "mizan; fwd=miss; stored", "mizan; fwd=miss"


def statuses(replies: list[Any]) -> list[str]:
    return [reply.headers.get("Cache-Status", "") for reply in replies]


def test_the_second_read_is_a_hit_with_the_same_bytes(cached: Any) -> None:
    first, second = cached.read("page", "page_id=1"), cached.read("page", "page_id=1")
    assert statuses([first, second]) == [STORED, HIT]
    assert first.body == second.body == b'{"page":{"version":1}}'
    assert first.headers["ETag"] == second.headers["ETag"]
    assert cached.state["runs"] == 1
    assert cached.host.counts == {"miss": 1, "stored": 1, "hit": 1}


def test_other_parameters_are_another_entry_and_other_spellings_are_not(cached: Any) -> None:
    replies = [
        cached.read("page", query)
        for query in ("page_id=1", "page_id=2", "page_id=1&q=a", "page_id=%31", "q=a&page_id=1")
    ]
    assert statuses(replies) == [STORED, STORED, STORED, HIT, HIT]
    assert replies[4].headers["Cache-Control"] == "no-store"


def test_a_mutation_makes_just_its_instances_miss(cached: Any) -> None:
    cached.read("page", "page_id=1")
    cached.read("page", "page_id=2")
    cached.call("publish", page_id=1)
    replies = [cached.read("page", "page_id=1"), cached.read("page", "page_id=2")]
    assert statuses(replies) == [STORED, HIT]
    assert json.loads(replies[0].body) == {"page": {"version": 2}}


def test_a_hit_answers_head_and_conditions(cached: Any) -> None:
    etag = cached.read("page", "page_id=1").headers["ETag"]
    head = cached.read("page", "page_id=1", method="HEAD")
    assert (head.status, head.headers["Cache-Status"], head.body) == (200, HIT, b"")
    assert cached.read("page", "page_id=1", if_none_match=etag).status == 304


def test_a_post_neither_takes_nor_leaves_anything(cached: Any) -> None:
    for _ in range(2):
        request = cached.Request(body=b'{"page_id":1}')
        assert statuses([cached.read("page", "", request, method="POST")]) == [""]
    assert cached.state["runs"] == 2


def test_an_entry_lives_as_long_as_its_context_says(cached: Any, clock: Clock) -> None:
    @cached.client(context="brief", cache=10)
    def brief(request: Any) -> int:
        return 1

    @cached.client(context="never", cache=False)
    def never(request: Any) -> int:
        return 1

    cached.read("brief")
    cached.read("page", "page_id=1")
    clock.now = 11
    assert statuses([cached.read("brief"), cached.read("page", "page_id=1")]) == [STORED, HIT]
    clock.now = 101
    assert statuses([cached.read("page", "page_id=1")]) == [STORED]
    assert statuses([cached.read("never"), cached.read("never")]) == ["", ""]


def test_users_have_entries_of_their_own_and_nobody_has_none(cached: Any) -> None:
    ada, bob = cached.Request(user="1"), cached.Request(user="2")
    replies = [cached.read("user", "", who) for who in (ada, bob, ada, bob)]
    assert statuses(replies) == [STORED, STORED, HIT, HIT]
    assert [json.loads(each.body)["profile"] for each in replies] == ["1", "2", "1", "2"]
    nobody = [cached.read("user"), cached.read("user")]
    assert statuses(nobody) == ["", ""]
    assert nobody[0].headers["Cache-Control"] == "private, no-store"


def test_other_permissions_are_another_entry(cached: Any) -> None:
    who = cached.Request(user="1")
    cached.read("user", "", who)
    cached.host.permission_key = lambda request: "q" * 32
    assert statuses([cached.read("user", "", who)]) == [STORED]


def test_a_bound_parameter_is_a_part_of_the_key_and_scopes_a_purge(cached: Any) -> None:
    one, two = cached.Request(user="1"), cached.Request(user="2")
    assert statuses([cached.read("mine", "", who) for who in (one, two, one)]) == [
        STORED,
        STORED,
        HIT,
    ]
    cached.call("touch", cached.Request(user="1"))
    assert statuses([cached.read("mine", "", who) for who in (one, two)]) == [STORED, HIT]


def test_what_a_public_function_may_not_see_is_stored_by_nobody(cached: Any) -> None:
    cached.state["look"] = lambda request: request.user
    replies = [cached.read("page", "page_id=1") for _ in range(2)]
    assert statuses(replies) == [MISS, MISS]
    assert cached.state["runs"] == 2
    assert {each.headers["Cache-Control"] for each in replies} == {"private, no-store"}


def test_declared_facets_are_a_part_of_the_key(cached: Any) -> None:
    cached.host.edge = True
    cached.state["look"] = lambda request: request.fields
    for language in ("de", "en"):
        cached.host.vary = lambda request, language=language: (("language", language),)
        first, second = cached.read("page", "page_id=1"), cached.read("page", "page_id=1")
        assert statuses([first, second]) == [STORED, HIT]
        # A hit remembers that an edge may not keep it.
        assert first.headers["Cache-Control"] == second.headers["Cache-Control"]
        assert second.headers["Cache-Control"] == "public, no-cache"


def test_what_is_too_large_or_fails_is_not_stored(cached: Any) -> None:
    cached.host.largest_entry = 5
    assert statuses([cached.read("page", "page_id=1"), cached.read("page", "page_id=1")]) == [
        MISS,
        MISS,
    ]
    cached.host.largest_entry = 1000

    def fail(_: Any) -> None:
        raise LookupError

    cached.state["look"] = fail
    assert cached.read("page", "page_id=2").status == 404
    cached.state["look"] = lambda request: None
    # The claim was given back: nobody waits for who failed.
    assert statuses([cached.read("page", "page_id=2")]) == [STORED]
    assert cached.host.counts["wait"] == 0


def test_a_read_within_a_transaction_is_not_of_the_cache(cached: Any) -> None:
    with cached.host.atomic():
        assert statuses([cached.read("page", "page_id=1")]) == [""]
    assert statuses([cached.read("page", "page_id=1")]) == [STORED]


def test_while_a_mutation_holds_readers_compute_and_nobody_stores(cached: Any) -> None:
    etag = cached.read("page", "page_id=1").headers["ETag"]
    hold = Hold(cached.catalog.slots.tags("page", {"page_id": 1})[-1:])
    cached.host.cache.hold(hold)
    held = cached.read("page", "page_id=1", if_none_match=etag)
    assert (held.status, held.headers["Cache-Control"]) == (200, "no-store")
    assert "ETag" not in held.headers
    assert statuses([held]) == ["mizan; fwd=bypass; detail=held"]
    cached.host.cache.renew(hold)
    assert statuses([cached.read("page", "page_id=1"), cached.read("page", "page_id=1")]) == [
        STORED,
        HIT,
    ]
    assert cached.host.counts["bypass"] == 1


def test_a_read_that_a_mutation_overlapped_is_stored_by_nobody(cached: Any) -> None:
    tags = cached.catalog.slots.tags("page", {"page_id": 1})
    cached.state["look"] = lambda request: cached.host.cache.purge(tags[-1:])
    reply = cached.read("page", "page_id=1")
    assert reply.headers["Cache-Control"] == "no-store"
    assert statuses([reply]) == [MISS]
    cached.state["look"] = lambda request: None
    assert statuses([cached.read("page", "page_id=1")]) == [STORED]


def test_what_was_read_from_a_replica_is_stored_by_nobody(cached: Any) -> None:
    cached.host.lags = True
    reply = cached.read("page", "page_id=1")
    assert (statuses([reply]), reply.headers["Cache-Control"]) == ([MISS], "no-store")


def test_who_finds_it_being_computed_waits_and_then_computes_for_itself(cached: Any) -> None:
    cache = cached.host.cache
    slot = cached.catalog.slots.slot("page", (("page_id", "1"),), None, ())
    begun = cache.begin(slot.key, cache.read(slot.key, slot.guards), slot.guards)
    assert statuses([cached.read("page", "page_id=1")]) == ["mizan; fwd=miss; detail=busy"]
    assert cached.host.counts["wait"] == 1
    cache.abandon(slot.key, begun, False)
    assert statuses([cached.read("page", "page_id=1")]) == [STORED]


def test_reads_are_answered_where_the_cache_is_unavailable(cached: Any) -> None:
    cached.host.cache = Broken()
    reply = cached.read("page", "page_id=1")
    assert reply.status == 200
    assert statuses([reply]) == ["mizan; fwd=bypass; detail=unavailable"]
    assert cached.host.counts["error"] == 1


def test_a_permission_is_checked_before_a_hit(cached: Any) -> None:
    @cached.client(context="staff", permission="staff")
    def staff(request: Any) -> int:
        return 1

    boss = cached.Request(user="1", rights=("staff",))
    assert statuses([cached.read("staff", "", boss), cached.read("staff", "", boss)]) == [
        STORED,
        HIT,
    ]
    assert cached.read("staff", "", cached.Request(user="1")).status == 403


def test_a_list_that_a_function_changes_is_asked_for_as_before(server: Any) -> None:
    @server.client(context="tags")
    def tagged(request: Any, tags: Annotated[list[str], SkipValidation]) -> int:
        tags.append("more")
        return len(tags)

    query = "tags=%5B%22a%22%5D"
    for _ in range(2):
        assert json.loads(server.read("tags", query).body) == {"tagged": 2}


def test_a_failure_under_a_hold_is_told_as_any(cached: Any) -> None:
    def fail(_: Any) -> None:
        raise LookupError

    cached.state["look"] = fail
    hold = Hold(cached.catalog.slots.tags("page", {"page_id": 1})[-1:])
    cached.host.cache.hold(hold)
    assert cached.read("page", "page_id=1").status == 404
    cached.host.cache.release(hold)
    cached.state["look"] = lambda request: None
    assert statuses([cached.read("page", "page_id=1")]) == [STORED]


def test_a_read_that_is_given_up_asks_nothing_more(cached: Any) -> None:
    """Closed while it computes: its claim ends by itself, as that of a worker that died."""
    steps = reads.read(cached.catalog, Incoming("GET", cached.Request(), "page_id=1"), "page")
    effect = next(steps)
    while not isinstance(effect, RunAll):
        effect = steps.send(drive(_one(effect)))
    steps.close()
    assert statuses([cached.read("page", "page_id=1")]) == ["mizan; fwd=miss; detail=busy"]


def _one(effect: Any) -> Any:
    return (yield effect)
