"""mizan.django.audit.hooks: nothing is there before, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from celery import Celery
from django.core.handlers.base import BaseHandler
from django.core.management import BaseCommand, call_command
from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from project.orders.models import Customer

from mizan.django import watched_writes
from mizan.django.audit.hooks import installed
from mizan.django.audit.recorder import Recorder
from mizan.server import direct, existing, mutation, reads
from mizan.server.invalidation import Collector

pytestmark = pytest.mark.django_db
OWNERS = (
    models.Model, SQLCompiler, BaseDatabaseWrapper, SyncToAsync, BaseHandler, BaseCommand,
    Collector, reads, mutation, existing, direct, watched_writes,
)  # fmt: skip


class Command(BaseCommand):
    """One of the application's."""

    def handle(self, *_: Any, **__: Any) -> None:
        """Write."""
        Customer.objects.create(owner_id=1)


def view(request: Any) -> HttpResponse:
    Customer.objects.create(owner_id=2)
    return HttpResponse()


async def async_view(request: Any) -> HttpResponse:
    await Customer.objects.acreate(owner_id=3)
    return HttpResponse()


def later_view(request: Any) -> HttpResponse:
    transaction.on_commit(lambda: Customer.objects.create(owner_id=5))
    return HttpResponse()


urlpatterns = [path("later/", later_view), path("plain/", view), path("async/", async_view)]


def state() -> list[dict[str, Any]]:
    return [dict(vars(each)) for each in OWNERS]


def writers(recorder: Recorder) -> list[str]:
    recorder.units.flush()
    return [fact.by[-1].kind for fact in recorder.recording.writes]


def test_without_an_audit_nothing_of_it_is_imported() -> None:
    code = (
        "import django, sys; from django.conf import settings\n"
        "settings.configure(INSTALLED_APPS=['mizan.django']); django.setup()\n"
        "import mizan.testing.pytest_plugin, mizan.django.middleware, mizan.django.host\n"
        "print([name for name in sys.modules if name.startswith('mizan.django.audit')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_is_left_behind() -> None:
    before, wrappers = state(), list(connection.execute_wrappers)
    with installed(Recorder()):
        assert state() != before
        assert len(connection.execute_wrappers) == len(wrappers) + 1
    assert state() == before
    assert connection.execute_wrappers == wrappers
    with pytest.raises(ZeroDivisionError), installed(Recorder()):
        raise ZeroDivisionError
    assert state() == before


@pytest.mark.urls(__name__)
def test_requests(recorder: Recorder) -> None:
    assert Client().get("/plain/").status_code == 200
    assert Client().get("/async/").status_code == 200
    assert writers(recorder) == ["view", "view"]
    names = [fact.by[-1].name.rpartition(".")[2] for fact in recorder.recording.writes]
    assert names == ["view", "async_view"]
    code = async_view.__code__
    sites = [fact.site.rpartition(":")[2] for fact in recorder.recording.writes]
    assert sites[1] == str(code.co_firstlineno + 1)


def test_commands(recorder: Recorder) -> None:
    call_command(Command())
    assert writers(recorder) == ["command"]


def test_tasks(recorder: Recorder) -> None:
    app = Celery("tests", set_as_current=False)
    app.conf.task_always_eager = True

    @app.task(name="tests.write")  # type: ignore[untyped-decorator]
    def write() -> None:
        Customer.objects.create(owner_id=4)

    write.delay()
    assert writers(recorder) == ["task"]
    assert [each.name for each in recorder.recording.done] == ["tests.write"]


@pytest.mark.urls(__name__)
def test_what_waits_for_the_commit(
    recorder: Recorder, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert Client().get("/later/").status_code == 200
    assert writers(recorder) == ["view"]


def test_one_own_function(recorder: Recorder) -> None:
    Customer.objects.create(owner_id=6)
    Customer.objects.filter(owner_id=0).update(owner_id=1)
    assert writers(recorder) == ["function"]
