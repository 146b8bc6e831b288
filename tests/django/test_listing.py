"""Every function has a row that says how it is declared."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from mizan.django import client
from mizan.django.listing import rows, table
from mizan.server.registry import registry


def row(name: str) -> dict[str, Any]:
    (found,) = (each for each in rows(registry.catalog) if each["name"] == name)
    return found


def test_each_function_has_a_row_in_order() -> None:
    names = [each["name"] for each in rows(registry.catalog)]
    assert names == sorted(registry.catalog.functions)


def test_a_read() -> None:
    found = row("reviews")
    place = found.pop("where")
    assert place.startswith("tests/django/project/library/mizan.py:")
    assert found == {
        "name": "reviews", "kind": "read", "path": "rpc", "private": False, "context": "book",
        "affects": [], "parameters": ["book_id", "limit"], "scope": ["book_id"], "route": None,
        "methods": ["GET"], "login_required": False, "permission": None, "atomic": False, "rev": 0,
        "cache": True, "deprecated": None,
    }  # fmt: skip


def test_a_mutation() -> None:
    def may(request: object) -> bool:
        return True

    @client(
        affects=["shelf", "reviews"], private=True, route="/x/<int:book_id>/", permission=may,
        login_required=True, methods=["POST", "PUT"], rev=2, deprecated="Use the other one.",
    )  # fmt: skip
    def change(request: HttpRequest, book_id: int) -> HttpResponse: ...

    found = row("change")
    assert found["affects"] == ["shelf", "book/reviews"]
    assert (found["kind"], found["path"], found["private"]) == ("mutation", "view", True)
    assert (found["route"], found["methods"]) == ("/x/:book_id/", ["POST", "PUT"])
    assert (found["scope"], found["atomic"]) == (["book_id"], True)
    assert found["login_required"] is True
    assert found["permission"].endswith("may")
    assert (found["rev"], found["deprecated"]) == (2, "Use the other one.")


def test_the_table_lines_up() -> None:
    @client(login_required=True, permission="library.change_book")
    def guarded(request: HttpRequest) -> None: ...

    head, rule, *lines = table(rows(registry.catalog)).splitlines()
    starts = [0] + [at + 2 for at in range(len(rule)) if rule[at : at + 2] == "  "]
    assert head.split("  ")[0] == "name"
    assert all(line[start] != " " for line in (head,) for start in starts)
    assert all(line[start - 1 : start] in (" ", "") for line in lines for start in starts[1:])
    (shown,) = (line for line in lines if line.startswith("guarded "))
    assert "login library.change_book" in shown
    assert "call" in shown
