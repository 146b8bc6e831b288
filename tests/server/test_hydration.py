"""mizan/server/hydration.py: the slice that a server-rendered page begins with."""

import json
from typing import Any
from uuid import UUID

import pytest

from mizan.cache import MemoryCache
from mizan.cache.base import Hold
from mizan.protocol.guards import Guard, tag
from mizan.server import Context, FromRequest
from mizan.server.hydration import hydration
from mizan.server.problems import Problem


@pytest.fixture
def shown(either: Any) -> Any:
    """A server with contexts `page` (public), `mine` (a user's), `staff` and `never`."""
    either.runs = 0

    class PageContext(Context):
        pass

    class MineContext(Context):
        owner: str = FromRequest(lambda request: request.user)

    @either.client(context=PageContext)
    def page(request: Any, page_id: int, size: int = 2, key: UUID | None = None) -> list[int]:
        either.runs += 1
        if page_id == 404:
            raise LookupError
        if page_id == 500:
            raise ArithmeticError
        if page_id == 7:
            assert request.user is None
        if page_id == 8:
            assert request.fields == {}
        return [page_id] * size

    @either.client(context=MineContext)
    def mine(request: Any) -> str:
        return str(request.user)

    @either.client(context="staff", permission="staff")
    def staff(request: Any) -> str:
        return "secret"

    @either.client(context="never", cache=False)
    def never(request: Any, text: str) -> str:
        either.runs += 1
        return "</script>"

    return either


def hydrate(server: Any, name: str, who: Any = None, **given: Any) -> Any:
    request = who or server.Request()
    return server.run(hydration(server.catalog, request, name, given))


def test_it_is_what_a_get_gives(shown: Any) -> None:
    found = hydrate(shown, "page", page_id=5)
    assert json.loads(found.text) == {
        "context": "page",
        "params": {"page_id": 5, "size": 2},
        "data": json.loads(shown.read("page", "page_id=5").body),
    }
    assert found.is_public


def test_it_has_the_position_from_before_it_was_read(shown: Any) -> None:
    assert hydrate(shown, "page", page_id=5).position == ""
    shown.host.position = "abc.1"

    @shown.client(context="late")
    def late(request: Any) -> None:
        shown.host.position = "abc.2"

    assert hydrate(shown, "late").position == "abc.1"


def test_python_values_are_parameters(shown: Any) -> None:
    key = UUID("0C3EBD4C-6E5C-4B8B-9C4B-0A1B2C3D4E5F")
    params = json.loads(hydrate(shown, "page", page_id="5", size=1, key=key).text)["params"]
    assert params == {"page_id": 5, "size": 1, "key": "0c3ebd4c-6e5c-4b8b-9c4b-0a1b2c3d4e5f"}
    assert json.loads(hydrate(shown, "page", page_id=5, key=None).text)["params"] == {
        "page_id": 5,
        "size": 2,
    }


def test_it_is_read_as_who_asks_for_the_page(shown: Any) -> None:
    ada = shown.Request(user="1", rights=("staff",))
    mine = hydrate(shown, "mine", ada)
    assert json.loads(mine.text) == {"context": "mine", "params": {}, "data": {"mine": "1"}}
    assert not mine.is_public
    assert json.loads(hydrate(shown, "staff", ada).text)["data"] == {"staff": "secret"}
    assert json.loads(hydrate(shown, "mine").text)["data"] == {"mine": "None"}


def test_what_is_refused_or_fails_is_nothing(shown: Any) -> None:
    assert hydrate(shown, "staff") is None
    assert hydrate(shown, "staff", shown.Request(user="2")) is None
    assert hydrate(shown, "page", shown.Request(token="bad"), page_id=5) is None
    assert hydrate(shown, "page", page_id=404) is None
    assert shown.host.reported == []
    assert hydrate(shown, "page", page_id=500) is None
    assert [type(each) for each in shown.host.reported] == [ArithmeticError]


@pytest.mark.parametrize(
    ("name", "given", "code"),
    [
        ("pages", {}, "not_found"),
        ("page", {}, "validation"),
        ("page", {"page_id": 5, "other": 1}, "validation"),
        ("page", {"page_id": "x"}, "validation"),
        ("page", {"page_id": object()}, "validation"),
        ("mine", {"owner": "2"}, "validation"),
    ],
)
def test_what_cannot_be_asked_for_is_told(shown: Any, name: str, given: Any, code: str) -> None:
    with pytest.raises(Problem) as caught:
        hydrate(shown, name, **given)
    assert caught.value.code == code


def test_it_shares_the_cache_of_reads(shown: Any) -> None:
    shown.host.cache = MemoryCache()
    first = hydrate(shown, "page", page_id=5)
    assert hydrate(shown, "page", page_id=5) == first
    assert shown.read("page", "page_id=5&size=2").headers["Cache-Status"] == "mizan; hit"
    assert shown.runs == 1


def test_nothing_that_a_mutation_holds_is_written(shown: Any) -> None:
    shown.host.cache = MemoryCache()
    tags = shown.catalog.slots.tags("page", {"page_id": 5})
    shown.host.cache.hold(Hold(tags[-1:]))
    assert hydrate(shown, "page", page_id=5) is None
    assert hydrate(shown, "page", page_id=6) is not None


def test_what_no_cache_may_keep_is_not_public(shown: Any) -> None:
    assert not hydrate(shown, "never", text="a").is_public
    # A public function that looked at the user.
    assert not hydrate(shown, "page", page_id=7).is_public
    # One that varies by a declared facet.
    assert not hydrate(shown, "page", page_id=8).is_public


def test_too_long_for_a_url_is_asked_as_a_post(either: Any) -> None:
    either.host.cache = MemoryCache()

    @either.client(context="search")
    def search(request: Any, text: str) -> int:
        return len(text)

    found = hydrate(either, "search", text="x" * 5000)
    assert json.loads(found.text)["data"] == {"search": 5000}
    assert not found.is_public
    assert either.host.counts == {}
    assert hydrate(either, "search", text="x" * 4000).is_public
    assert either.host.counts == {"miss": 1, "stored": 1}


def test_an_edge_is_told_the_tags_of_the_page(shown: Any) -> None:
    assert hydrate(shown, "page", page_id=1).tags == ()
    shown.host.edge = True
    own = tag(Guard("page", (("page_id", "1"),)))
    assert hydrate(shown, "page", page_id=1).tags == ("page", own)
