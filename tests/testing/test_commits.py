"""Callbacks of on_commit run after the request that registered them, once, as on a server."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import TestCase
from project.library.mizan import ShelfContext

from mizan.django import client
from mizan.testing.django import MizanClient, commits

pytestmark = pytest.mark.django_db


def test_on_commit_runs_after_each_request(web: Any) -> None:
    ran: list[str] = []

    def fail() -> None:
        ran.append("robust")
        raise ValueError

    @client(affects=ShelfContext)
    def change(request: HttpRequest) -> None:  # noqa: ARG001 (a server function takes the request)
        transaction.on_commit(lambda: transaction.on_commit(lambda: ran.append("inner")))
        transaction.on_commit(fail, robust=True)
        try:
            with transaction.atomic():
                transaction.on_commit(lambda: ran.append("rolled back"))
                raise KeyError  # noqa: TRY301 (it rolls the block back)
        except KeyError:
            ran.append("function")

    transaction.on_commit(lambda: ran.append("the test's own"))
    web.call("change")
    assert ran == ["function", "robust", "inner"]
    web.call("change")
    assert ran == ["function", "robust", "inner"] * 2


def test_on_commit_does_not_run_after_a_roll_back(web: Any) -> None:
    ran: list[int] = []

    @client(affects=ShelfContext)
    def change(request: HttpRequest) -> None:  # noqa: ARG001 (a server function takes the request)
        transaction.on_commit(lambda: ran.append(1))
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        web.call("change")
    web.raise_request_exception = False
    assert web.call("change").status == 500
    assert ran == []


@pytest.mark.django_db(transaction=True)
def test_on_commit_runs_once_where_tests_commit(web: Any) -> None:
    ran: list[int] = []

    @client(affects=ShelfContext)
    def change(request: HttpRequest) -> None:  # noqa: ARG001 (a server function takes the request)
        transaction.on_commit(lambda: ran.append(1))

    web.call("change")
    assert ran == [1]


class InDjangosTestCase(TestCase):
    """The same without pytest-django."""

    def test_on_commit_runs(self) -> None:
        ran: list[int] = []

        @client(affects=ShelfContext)
        def change(request: HttpRequest) -> None:  # noqa: ARG001 (a server function takes the request)
            transaction.on_commit(lambda: ran.append(1))

        MizanClient().call("change")
        assert ran == [1]

    def test_a_block_commits(self) -> None:
        ran: list[int] = []
        with commits():
            transaction.on_commit(lambda: ran.append(1))
            assert ran == []
        assert ran == [1]
