"""Purges of networks survive what happens to processes: real ones, one database, one network."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from fake_api import FakeApi, Received, Reply
from networks_api import SERVICE, TOKEN, fastly

from mizan.edge.base import PurgeFailed
from mizan.edge.send import Sender

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(
        os.environ.get("MIZAN_TEST_DATABASE") == "postgres", reason="its database is its own"
    ),
]

# A site: `mutate` commits a change, `fail` rolls one back, anything else is for manage.py.
PROGRAM = """
import json, os, signal, sys
import django
from django.conf import settings
from django.core.management import call_command

database = {"ENGINE": "django.db.backends.sqlite3", "NAME": "shelves.db"}
settings.configure(
    SECRET_KEY="x" * 50,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mizan.django"],
    MIDDLEWARE=["mizan.django.middleware.MizanMiddleware"],
    DATABASES={"default": database | {"OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20}}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIZAN_EDGE=json.loads(os.environ["EDGE"]),
    SILENCED_SYSTEM_CHECKS=["mizan.W006"],
    LOGGING={
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"all": {"class": "logging.StreamHandler"}},
        "root": {"handlers": ["all"], "level": "DEBUG"},
    },
)
django.setup()
from django.contrib.auth.models import Group
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.urls import include, path
from mizan.django import Context, affecting, client, edge_outbox

urlpatterns = [path("api/mizan/", include("mizan.django.urls"))]
edge_outbox._TAKEN = 0.0
edge_outbox._FIRST_WAIT = 0.2

class ShelfContext(Context):
    pass

@client(context=ShelfContext)
def shelf(request, shelf_id: int) -> int:
    return 1

commit = connection.commit

def die():
    commit()
    os.kill(os.getpid(), signal.SIGKILL)

def change(name):
    with affecting(ShelfContext, shelf_id=5):
        Group.objects.create(name=name)
        if sys.argv[1] == "fail":
            raise SystemExit(3)

@client(affects=ShelfContext)
def store(request, name: str) -> int:
    Group.objects.create(name=name)
    return os.getpid()

wsgi, asgi = get_wsgi_application(), get_asgi_application()

if __name__ != "__main__":
    pass
elif sys.argv[1] in ("mutate", "fail"):
    if os.environ.get("DIES"):
        connection.ensure_connection()
        connection.commit = die
    change(sys.argv[2])
else:
    call_command(*sys.argv[1:])
"""


class Site:
    """Processes that share a database, in front of which is a network."""

    def __init__(self, folder: Path, api: FakeApi) -> None:
        self.folder, self.api = folder, api
        self.said = ""
        (folder / "shelves.py").write_text(PROGRAM)
        given = {"BACKEND": "fastly", "service": SERVICE, "token": TOKEN, "api": api.url}
        self.edge = {"PURGE": {"cdn": given}, "IN_FLIGHT": 0, "TIMEOUT": 0.2}

    def begin(
        self, *arguments: str, program: tuple[str, ...] = ("shelves.py",), **environment: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=self.folder,
            env=os.environ | {"EDGE": json.dumps(self.edge)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def end(self, process: subprocess.Popen[str]) -> int:
        """Return how it ended; keep what it said."""
        self.said += process.communicate(timeout=60)[0]
        return process.returncode

    def run(self, *arguments: str, **environment: str) -> int:
        return self.end(self.begin(*arguments, **environment))

    def ask(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "shelves.db", timeout=20)) as database, database:
            return database.execute(sql).fetchall()

    @property
    def waiting(self) -> int:
        return len(self.ask("SELECT 1 FROM mizan_outbox"))

    @property
    def names(self) -> list[str]:
        """The changes that were committed."""
        return [name for (name,) in self.ask("SELECT name FROM auth_group ORDER BY id")]

    @property
    def purged(self) -> list[Received]:
        return [each for each in self.api.received if each.path.endswith("/purge")]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables."""
    folder = tmp_path_factory.mktemp("migrated")
    with FakeApi(fastly) as api:
        site = Site(folder, api)
        assert site.run("migrate", "--verbosity", "0") == 0, site.said
    return folder / "shelves.db"


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Iterator[Site]:
    """A site at its beginning; whatever happens to it, nobody says its secret."""
    copyfile(migrated, tmp_path / "shelves.db")
    with FakeApi(fastly) as api:
        found = Site(tmp_path, api)
        yield found
    assert TOKEN not in found.said


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_process_that_ends_has_delivered(site: Site) -> None:
    assert site.run("mutate", "one") == 0
    assert (site.names, site.waiting, len(site.purged)) == (["one"], 0, 1)
    assert len(site.purged[0].json["surrogate_keys"]) == 1


def test_what_is_rolled_back_purges_nothing(site: Site) -> None:
    assert site.run("fail", "one") == 3
    assert (site.names, site.waiting, site.api.received) == ([], 0, [])


def test_what_was_committed_is_delivered_by_another_where_its_process_was_killed(
    site: Site,
) -> None:
    assert site.run("mutate", "one", DIES="yes") == -signal.SIGKILL
    assert (site.names, site.waiting, site.purged) == (["one"], 1, [])
    assert site.run("mizan_outbox") == 0
    assert (site.waiting, len(site.purged)) == (0, 1)


def test_who_is_killed_while_it_asks_has_lost_nothing(site: Site) -> None:
    site.edge["TIMEOUT"] = 30
    site.api.troubles.append(Reply(hangs=True))
    process = site.begin("mutate", "one")
    until(lambda: site.purged)
    process.kill()
    site.end(process)
    assert site.waiting == 1
    site.edge["TIMEOUT"] = 0.2
    site.ask("UPDATE mizan_outbox SET due = '2020-01-01 00:00:00'")  # as it is after a while
    assert site.run("mizan_outbox") == 0
    assert (site.waiting, len(site.purged)) == (0, 2)


def test_a_network_that_is_down_and_up_again_is_told_of_all(site: Site) -> None:
    site.api.answer = lambda _: Reply.of({"msg": "hidden-trouble"}, 503)
    assert site.run("mutate", "one") == 0
    assert site.run("mutate", "two") == 0
    assert (site.names, site.waiting) == (["one", "two"], 2)
    watching = site.begin("mizan_outbox", "--watch")
    tried = len(site.purged)
    until(lambda: len(site.purged) > tried)
    site.api.answer = fastly
    until(lambda: site.waiting == 0)
    watching.terminate()
    assert site.end(watching) == 0
    assert "Stopped." in site.said
    assert "edge.purge_failed: cdn: failed" in site.said
    assert "hidden-trouble" not in site.said


SERVERS = {
    "gunicorn": ("-m", "gunicorn", "shelves:wsgi", "--workers=2", "--preload", "--bind"),
    "uvicorn": ("-m", "uvicorn", "shelves:asgi", "--port"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_servers_deliver_after_each_mutation_and_end(site: Site, name: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    where = str(port) if name == "uvicorn" else f"127.0.0.1:{port}"
    server = site.begin(where, program=SERVERS[name])
    try:
        until(lambda: called(port, "zero"))
        for number in range(1, 5):
            before = len(site.purged)
            assert called(port, f"shelf-{number}")
            until(lambda before=before: len(site.purged) > before)
    finally:
        server.terminate()
        assert site.end(server) in (0, -signal.SIGTERM), site.said
    assert len(site.names) == 5
    assert site.waiting == 0


def called(port: int, name: str) -> bool:
    """Call the mutation; return whether that was done."""
    body = json.dumps({"mizan": "1.0", "function": "store", "args": {"name": name}}).encode()
    headers = {"Content-Type": "application/json"}
    url = f"http://127.0.0.1:{port}/api/mizan/call/"
    with suppress(PurgeFailed):
        answer = Sender(10.0).ask("POST", url, headers, body)
        assert answer.status == 200, answer.body
        return True
    return False
