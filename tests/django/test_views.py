"""mizan.django.views: requests in, replies out, over WSGI and ASGI."""

from __future__ import annotations

import pytest
from project.http import Web
from project.library.models import Book

pytestmark = pytest.mark.django_db


def test_a_context_is_read(web: Web) -> None:
    one = Book.objects.create(title="Emma", pages=400)
    one.reviews.create(text="good")
    response = web.read("book", f"book_id={one.pk}&limit=10")
    assert response.status_code == 200
    assert response.json() == {
        "book": {"id": one.pk, "pages": 400, "title": "Emma"},
        "reviews": ["good"],
    }
    assert response["Cache-Control"] == "public, no-cache"


@pytest.mark.parametrize("name", ["rename_book", "rename_book_async"])
def test_a_mutation_says_what_is_stale(web: Web, name: str) -> None:
    one = Book.objects.create(title="Emma")
    response = web.call(name, book_id=one.pk, title="Emma II")
    assert response.json() == {
        "result": {"id": one.pk, "pages": 1, "title": "Emma II"},
        "invalidate": [{"context": "book", "params": {"book_id": one.pk}}, "shelf"],
    }
    assert response["X-Mizan-Invalidate"] == f"book;book_id={one.pk}, shelf"
    assert web.read("shelf").json()["shelf"][0]["title"] == "Emma II"
