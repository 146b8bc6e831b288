"""mizan.django.hydrated: who may keep a page with data of contexts in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from mizan.django import hydrated


def sealed(*notes: bool, own: str = "") -> str | None:
    request: Any = RequestFactory().get("/")
    for each in notes:
        hydrated.note(request, is_public=each)
    response = HttpResponse(headers={"Cache-Control": own} if own else {})
    hydrated.seal(request, response)
    assert getattr(request, "_cache_update_cache", True) is not bool(notes)
    return response.headers.get("Cache-Control")


def test_a_page_without_data_is_left_alone() -> None:
    assert sealed() is None
    assert sealed(own="public, max-age=60") == "public, max-age=60"


@pytest.mark.parametrize("notes", [(False,), (True, False), (False, True)])
def test_data_that_is_not_public_makes_the_page_nobodys(notes: tuple[bool, ...]) -> None:
    assert sealed(*notes) == "private, no-store"
    assert sealed(*notes, own="public, max-age=60") == "private, no-store"


def test_public_data_leave_it_to_the_page() -> None:
    assert sealed(True, True, own="public, max-age=60") == "public, max-age=60"
    assert sealed(True) == "private, no-store"


def test_a_page_on_its_way_cannot_be_noted() -> None:
    request: Any = RequestFactory().get("/")
    hydrated.seal(request, HttpResponse())
    with pytest.raises(RuntimeError, match="streamed"):
        hydrated.note(request, is_public=True)


TAGGED = {"Cache-Control": "public, s-maxage=60"}


def tagged(
    *tags: tuple[str, ...], edge: Any = True, own: dict[str, str] = TAGGED
) -> dict[str, str]:
    """Return the headers of a page with data that have these tags."""
    request: Any = RequestFactory().get("/shop/")
    for each in tags:
        hydrated.note(request, is_public=True, tags=each)
    response = HttpResponse(headers=own)
    with override_settings(MIZAN_EDGE=edge):
        hydrated.seal(request, response)
    return {name: value for name, value in response.items() if name != "Content-Type"}


def test_a_page_has_the_tags_of_all_its_data() -> None:
    edge = {"TAGS": ["cloudflare"]}
    assert tagged(("book", "h-a"), ("book", "h-b"), edge=edge) == TAGGED | {
        "Cache-Groups": '"book", "h-a", "h-b"',
        "Cache-Tag": "book,h-a,h-b",
    }
    view = TAGGED | {"Cache-Groups": '"shelf"', "Cache-Tag": "shelf"}
    assert tagged(("book",), edge=edge, own=view) == TAGGED | {
        "Cache-Groups": '"shelf", "book"',
        "Cache-Tag": "shelf,book",
    }


def test_without_an_edge_a_page_has_no_tags() -> None:
    assert tagged(("book",), edge=False) == TAGGED


def test_a_page_with_more_tags_than_an_edge_takes_is_kept_by_none(
    caplog: pytest.LogCaptureFixture,
) -> None:
    most = [("book", f"h-{number}") for number in range(31)]
    assert tagged(*most)["Cache-Groups"].count(",") == 31
    own = TAGGED | {"Cache-Groups": '"shelf"', "Surrogate-Key": "shelf"}
    assert tagged(*most, own=own) == {"Cache-Control": "public, no-cache"}
    assert caplog.messages == [
        "edge.untagged: no edge keeps /shop/: A response has at most 32 tags, not 33."
    ]


def test_a_page_whose_own_tags_cannot_be_read_is_kept_by_no_edge() -> None:
    own = TAGGED | {"Cache-Groups": "shelf"}
    assert tagged(("book",), own=own) == {"Cache-Control": "public, no-cache"}


def test_a_page_that_nobody_stores_has_no_tags() -> None:
    assert tagged(("book",), own={"Cache-Control": "no-store"}) == {"Cache-Control": "no-store"}
    own = {"Cache-Control": "Private, max-age=60"}
    most = [("book", f"h-{number}") for number in range(40)]
    assert tagged(*most, own=own) == own
    assert tagged(("book",), own={}) == {"Cache-Control": "private, no-store"}
