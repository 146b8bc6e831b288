"""mizan.edge.resources: what is asked for by default, and what the manifest says of a URL."""

from __future__ import annotations

import pytest
from fake_edge import MANIFEST

from mizan.edge.resources import Resource, defaults, find
from mizan.errors import MizanError
from mizan.protocol.targets import Target


def test_the_defaults_need_no_parameter() -> None:
    found = defaults(MANIFEST)
    assert [each.path for each in found] == ["/api/ctx/shelf/?page=1", "/", "/api/ctx/mine/"]
    assert [each.user_scoped for each in found] == [False, False, True]
    assert [each.page for each in found] == [False, True, False]
    assert found[0].params == {"page": 1}


@pytest.mark.parametrize(
    ("path", "target", "page", "params"),
    [
        ("/api/ctx/shelf/?page=1", Target("shelf"), False, {"page": 1}),
        ("/api/ctx/shelf/", Target("shelf"), False, {"page": 1}),
        ("/api/ctx/book/?book_id=5", Target("book", (("book_id", 5),)), False, {"book_id": 5}),
        ("/b/5/", Target("book", (("book_id", "5"),)), True, None),
        ("/b/a%20b/?x=1", Target("book", (("book_id", "a b"),)), True, None),
        ("/b/5/6/", None, True, None),
        ("/b//", None, True, None),
        ("/api/ctx/nothing/", None, True, None),
        ("/other/", None, True, None),
    ],
)
def test_a_url_is_found(
    path: str, target: Target | None, page: bool, params: dict[str, int] | None
) -> None:
    found = find(MANIFEST, path)
    assert found == Resource(path, target, page, False, True, params)
    assert found.endpoint == path.partition("?")[0]


@pytest.mark.parametrize("query", ["book_id=x", "book_id=1&book_id=2", "other=1", "", "book_id=%"])
def test_a_query_that_the_context_does_not_take_is_refused(query: str) -> None:
    with pytest.raises(MizanError):
        find(MANIFEST, f"/api/ctx/book/?{query}")
