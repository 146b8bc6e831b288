"""What a save costs that something watches: this project beside cacheops and cachalot.

usage: scripts/bench saves [--quick] [--saves N] [--json FILE]

Each party saves the same rows in a process of its own, on SQLite in memory and a redis-server of
its own: `save()` of a row that is there, in a transaction each, and `QuerySet.update` of 100 rows.
"Django" caches nothing. Mizan watches with one parameter, a column or one behind a foreign key, and
its cache is in memory or on Redis; cacheops caches all queries of the model, cachalot all tables.
The numbers are microseconds a statement, the best of five rounds, in which the parties take turns.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.program import Program
from harness.rows import Row

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "cache"))

OURS = ("Mizan, a column, memory", "Mizan, a column, Redis", "Mizan, a relation, Redis")
PEERS, FLOOR = ("cacheops", "cachalot"), "Django"
PARTIES = (FLOOR, *OURS, *PEERS)
ROUNDS = 5
ABOUT = """What a watched save costs

`save()` of a row that is there, in a transaction each, and `QuerySet.update` of 100 rows, on SQLite
in memory and a Redis on loopback. Mizan watches by a column or one behind a foreign key; cacheops
caches all queries of the model, cachalot all tables. The floor is Django alone, which caches
nothing. Microseconds a statement, by the clock on the wall."""
PACKAGES = ("Django", "redis", "django-cacheops", "django-cachalot")


def configure(party: str, url: str) -> None:
    """Set Django up for one party."""
    import django
    from django.conf import settings

    apps = {"cacheops": ["cacheops"], "cachalot": ["cachalot"]}.get(party, [])
    on_redis = {"BACKEND": "redis", "URL": url, "SECRET": 40 * "x", "CALL_TIMEOUT": 5}
    settings.configure(
        CACHALOT_TIMEOUT=900,
        CACHEOPS={"saves.*": {"ops": "all", "timeout": 900}},
        CACHEOPS_REDIS=url,
        CACHES={
            "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
        },
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[*apps, "mizan.django"],
        MIZAN_CACHE=on_redis if party.endswith("Redis") else {},
        ROOT_URLCONF="saves_urls",
        SECRET_KEY="protects nothing here",  # noqa: S106 (see its value)
    )
    django.setup()


def declared(party: str) -> Any:
    """Make the tables, and what the party caches of them. Returns the model of orders."""
    from types import ModuleType

    from django.db import connection, models
    from django.urls import include, path

    urls: Any = ModuleType("saves_urls")
    urls.urlpatterns = [path("m/", include("mizan.django.urls"))]
    sys.modules["saves_urls"] = urls

    class Customer(models.Model):
        owner = models.IntegerField()

        class Meta:
            app_label = "saves"

    class Order(models.Model):
        customer = models.ForeignKey(Customer, models.CASCADE)
        owner = models.IntegerField()
        total = models.IntegerField(default=0)

        class Meta:
            app_label = "saves"

    with connection.schema_editor() as editor:
        editor.create_model(Customer)
        editor.create_model(Order)
    if party == "cacheops":
        from cacheops import install_cacheops

        install_cacheops()
    if party.startswith("Mizan"):
        from mizan.django import client, watch

        @client(context="orders")
        def orders(request: Any, owner: int) -> int:  # noqa: ARG001
            return 1

        watch(Order, "orders", owner="owner" if "column" in party else "customer.owner")
    people = Customer.objects.bulk_create([Customer(owner=each) for each in range(100)])
    Order.objects.bulk_create([Order(customer=each, owner=each.owner) for each in people])
    return Order


def timed(do: Callable[[], object]) -> float:
    """Return the microseconds that something takes."""
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1e6


def measure(party: str, url: str, count: int) -> dict[str, float]:
    """Return microseconds a save and an update, of one party in this process."""
    configure(party, url)
    from django.db import transaction

    model = declared(party)
    rows = [*model.objects.all()]
    fewer = max(1, count // 10)  # an update is of 100 rows

    def saves() -> None:
        for place in range(count):
            row = rows[place % len(rows)]
            row.total = place
            with transaction.atomic():
                row.save()

    def updates() -> None:
        for place in range(fewer):
            with transaction.atomic():
                # Django's own `update` tells cacheops nothing, as its documentation says.
                some = model.objects.filter(total__gte=0)
                update = some.invalidated_update if party == "cacheops" else some.update
                update(total=place)

    saves()
    return {"save": timed(saves) / count, "update": timed(updates) / fewer}


def best(party: str, url: str, count: int, known: dict[str, float]) -> dict[str, float]:
    """Return the better of what was known and of a round in a process of its own."""
    command = [sys.executable, __file__, "--party", party, "--url", url, "--saves", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {name: min(found[name], known.get(name, found[name])) for name in found}


def main() -> int:
    """Add a row for each way in which Mizan watches."""
    program = Program("saves", __doc__)
    program.options.add_argument("--saves", type=int, default=1000, help="saves a round")
    program.options.add_argument("--party", choices=PARTIES, help="measure one in this process")
    program.options.add_argument("--url", help="its Redis")
    given = program.parse()
    if given.saves < 1:
        program.options.error(f"argument --saves: {given.saves} is less than 1")
    if given.party:
        print(json.dumps(measure(given.party, given.url, given.saves)))
        return 0
    from servers import Server

    saves, rounds = (100, 1) if given.quick else (given.saves, ROUNDS)
    found: dict[str, dict[str, float]] = {each: {} for each in PARTIES}
    with Server() as server:
        for number in range(rounds):
            print(f"-- round {number + 1} of {rounds}", file=sys.stderr)
            for party in PARTIES:
                server.flush()
                found[party] = best(party, server.url, saves, found[party])
    for name, title in (("save", "A save"), ("update", "An update of 100 rows")):
        others = {party: found[party][name] for party in (FLOOR, *PEERS)}
        for party in OURS:
            values = {"mizan": found[party][name], **others}
            program.add(Row(title, party.removeprefix("Mizan, "), "µs", values, FLOOR))
    program.finish(ABOUT, PACKAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
