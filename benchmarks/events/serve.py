"""The server of a benchmark of streams.

usage: serve.py PORT CUSTOMERS     (prints a line when it listens; 0: as another has filled it)
"""

from __future__ import annotations

import cProfile
import gc
import json
import os
import signal
import socket
import sys
from pathlib import Path

import django


def fill(customers: int) -> None:
    """Make the tables, the customers, and a token for each."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from page.models import Customer

    from mizan.django import create_mwt

    call_command("migrate", run_syncdb=True, verbosity=0)
    users = User.objects.bulk_create(User(username=f"customer-{n}") for n in range(customers))
    Customer.objects.bulk_create(Customer(user=user) for user in users)
    people = [(user.pk, create_mwt(user)) for user in User.objects.order_by("pk")]
    Path(os.environ["EVENTS_FOLDER"], "people.json").write_text(json.dumps(people))


def serve(port: int) -> None:
    """Serve until the process is ended."""
    import uvicorn
    from django.core.asgi import get_asgi_application

    config = uvicorn.Config(
        get_asgi_application(),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=10,
    )
    with socket.create_server(("127.0.0.1", port), backlog=1024) as listener:
        print("ready", flush=True)
        uvicorn.Server(config).run([listener])


def main() -> None:
    """Fill the database and serve."""
    if os.environ["EVENTS_COLLECTOR"] != "default":
        # As docs/events.md advises: a look at all objects of all streams takes long.
        gc.set_threshold(700, 10, 1000)
    port, customers = map(int, sys.argv[1:])
    django.setup()
    if customers:
        fill(customers)
    target = os.environ["EVENTS_PROFILE"]
    if not target:
        serve(port)
        return
    # uvicorn raises what it was told to end by once more, when it has ended.
    signal.signal(signal.SIGTERM, lambda *_: None)
    profile = cProfile.Profile()
    try:
        profile.runcall(serve, port)
    finally:
        profile.dump_stats(target)


if __name__ == "__main__":
    main()
