"""mizan.django.hydrated: who may keep a page with data of contexts in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

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
