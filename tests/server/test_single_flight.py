"""mizan/server/single_flight.py: fresh slices in the reply of a call."""

import json
import math
from typing import Any

import pytest

from mizan.cache import MemoryCache
from mizan.cache.base import Hold
from mizan.protocol.targets import Target
from mizan.server import Context, FromRequest, pipeline, single_flight
from mizan.server.host import Identity, Incoming

BUDGET = single_flight.BUDGET


@pytest.fixture
def held(either: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A server with contexts `page`, `mine` and `staff`, and a mutation of all of them."""
    # A machine that stands still for a second must not leave out what a test waits for.
    monkeypatch.setattr(single_flight, "BUDGET", math.inf)
    either.state = {"version": 0, "log": [], "user": None}

    class PageContext(Context):
        pass

    class MineContext(Context):
        owner: str = FromRequest(lambda request: request.user)

    @either.client(context=PageContext)
    def page(request: Any, page_id: int, size: int = 10) -> list[int]:
        either.state["log"].append(("page", page_id))
        if page_id == 404:
            raise LookupError
        return [either.state["version"]] * size

    @either.client(context=MineContext)
    def mine(request: Any) -> str:
        return str(request.user)

    @either.client(context="staff", permission="staff")
    def staff(request: Any) -> str:
        return "secret"

    @either.client(affects=["page", "mine", "staff"])
    def change(request: Any, page_id: int, becomes: str | None = None) -> None:
        either.state["log"].append(("change", page_id))
        either.state["version"] += 1
        if becomes is not None:
            request.user = becomes or None

    @either.client
    def nothing(request: Any, x: int) -> None:
        pass

    return either


def call(server: Any, field: str, function: str = "change", who: Any = None, **args: Any) -> Any:
    request = who or server.Request()
    request.body = json.dumps({"function": function, "args": args or {"page_id": 5}}).encode()
    incoming = Incoming("POST", request, content_type="application/json", held=field)
    reply = server.ask(incoming, pipeline.call)
    assert reply.status == 200
    return json.loads(reply.body)


def slices(server: Any, field: str, **options: Any) -> list[str]:
    return [each["context"] for each in call(server, field, **options).get("fresh", [])]


def test_what_is_held_and_stale_comes_along(held: Any) -> None:
    reply = call(held, "page;page_id=5;size=2, page;page_id=6;size=2")
    assert reply["fresh"] == [
        {"context": "page", "params": {"page_id": 5, "size": 2}, "data": {"page": [1, 1]}}
    ]
    assert {"context": "page", "params": {"page_id": 5}} in reply["invalidate"]
    # After the commit.
    assert held.host.log.index("commit") < held.host.log.index("watch")
    assert held.state["log"] == [("change", 5), ("page", 5)]


def test_it_is_what_a_read_gives(held: Any) -> None:
    (slice_,) = call(held, "page;page_id=5")["fresh"]
    assert slice_["data"] == json.loads(held.read("page", "page_id=5").body)
    assert slice_["params"] == {"page_id": 5, "size": 10}


@pytest.mark.parametrize(
    "field",
    ["", "*", "page", "page;page_id=x", "page;page_id=5;other=1", "nothing;a=1", "é", "page;a=(1)"],
)
def test_what_cannot_be_read_or_is_not_there_is_left_out(held: Any, field: str) -> None:
    assert "fresh" not in call(held, field)


def test_without_targets_nothing_is_read(held: Any) -> None:
    assert call(held, "page;page_id=5", "nothing", x=1) == {"result": None}
    assert held.state["log"] == []


def test_a_slice_that_fails_harms_nothing(held: Any) -> None:
    assert slices(held, "page;page_id=404, mine", page_id=404) == ["mine"]
    assert held.host.reported == []


def test_it_is_read_as_the_same_user(held: Any) -> None:
    who = held.Request(user="1", rights=("staff",))
    reply = call(held, "mine, staff", who=who)
    assert [each["data"] for each in reply["fresh"]] == [{"mine": "1"}, {"staff": "secret"}]
    assert reply["fresh"][0]["params"] == {}
    assert slices(held, "mine, staff", who=held.Request(user="2")) == ["mine"]
    assert slices(held, "staff") == []


@pytest.mark.parametrize("becomes", ["2", ""])
def test_after_a_change_of_identity_there_is_none(held: Any, becomes: str) -> None:
    who = held.Request(user="1")
    assert slices(held, "page;page_id=5, mine", who=who, page_id=5, becomes=becomes) == []


def test_after_a_login_there_is_none(held: Any) -> None:
    assert slices(held, "page;page_id=5", page_id=5, becomes="1") == []


def test_at_most_eight_instances(held: Any) -> None:
    field = ", ".join(f"page;page_id=5;size={size}" for size in range(12))
    assert len(slices(held, field)) == 8


def test_what_is_too_large_is_left_out(held: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_flight, "MAX_BYTES", 150)
    sizes = [3, 200, 4]
    field = ", ".join(f"page;page_id=5;size={size}" for size in sizes)
    fresh = call(held, field)["fresh"]
    assert [each["params"]["size"] for each in fresh] == [3, 4]


def test_the_time_is_limited(held: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single_flight, "BUDGET", BUDGET)
    times = iter([0.0, 0.0, 0.9, 1.0, 5.0])
    catalog = held.catalog
    request = held.Request()
    incoming = Incoming("POST", request, held="page;page_id=5, page;page_id=6, page;page_id=7")
    steps = single_flight.fresh(
        catalog, incoming, Identity(), [Target("page")], lambda: next(times)
    )
    assert len(held.run(steps)) == 2


def test_nothing_comes_along_where_another_mutation_holds_it(held: Any) -> None:
    held.host.cache = MemoryCache()
    field = "page;page_id=5, page;page_id=6"
    assert slices(held, field) == ["page"]
    tags = held.catalog.slots.tags("page", {"page_id": 5})
    held.host.cache.hold(Hold(tags[-1:]))
    assert slices(held, field) == []
    assert slices(held, field, page_id=6) == ["page"]


def test_a_slice_is_kept_for_the_next_reader(held: Any) -> None:
    held.host.cache = MemoryCache()
    call(held, "page;page_id=5")
    reply = held.read("page", "page_id=5&size=10")
    assert reply.headers["Cache-Status"] == "mizan; hit"
