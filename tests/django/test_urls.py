"""mizan.django.urls: one include."""

from __future__ import annotations

from django.urls import resolve, reverse

from mizan.django import views


def test_calls_and_contexts_have_urls() -> None:
    assert reverse("mizan:call") == "/api/mizan/call/"
    assert reverse("mizan:context", args=["user.orders"]) == "/api/mizan/ctx/user.orders/"
    assert resolve("/api/mizan/call/").func is views.call
    found = resolve("/api/mizan/ctx/user/")
    assert (found.func, found.kwargs) == (views.context, {"name": "user"})
