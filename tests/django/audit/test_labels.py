"""mizan.django.audit.labels: who writes, by name and place."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import BaseCommand, get_commands, load_command_class
from django.views import View
from project.orders.models import Order

from mizan.django.audit import frames, labels


class OrderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """One of the application's."""


class Shown(View):
    """One of the application's."""


class Command(BaseCommand):
    """One of the application's."""


def plain(request: Any) -> None:
    """One of the application's."""


@pytest.fixture(autouse=True)
def _own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "is_application", lambda file: file.endswith("test_labels.py"))
    monkeypatch.setattr(frames, "is_test", lambda file: False)


def match(view: Any) -> Any:
    return SimpleNamespace(func=view, view_name="shown")


def test_views() -> None:
    decorated = OrderAdmin(Order, admin.site).get_urls()[0].callback
    found = [labels.of_view(match(each)) for each in (plain, Shown.as_view(), decorated)]
    assert [each and each.name.partition("test_labels.")[2] for each in found] == [
        "plain",
        "Shown",
        "OrderAdmin (shown)",
    ]
    assert all(each and "test_labels.py:" in each.where for each in found)
    from mizan.django.views import call as ours

    assert labels.of_view(match(ours)) is None


def test_views_of_tests_have_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "is_test", lambda file: True)
    assert labels.of_view(match(plain)) is None


def test_commands() -> None:
    found = labels.of_command(Command())
    assert found is not None
    assert (found.kind, found.name) == ("command", "manage.py test_labels")
    assert labels.of_command(load_command_class(get_commands()["migrate"], "migrate")) is None


def test_tasks() -> None:
    found = labels.of_task(SimpleNamespace(name="store.ship", run=plain))
    assert (found.kind, found.name) == ("task", "store.ship")
