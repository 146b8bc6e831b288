"""The server of the pages: Django behind a wire that takes its time.

usage: serve.py     (CLICK_DATABASE and CLICK_PAGES say where; prints its port when it is ready)

Half of the latency passes before the view runs, half after. A request with `X-Late` asks that
replies to reads of the orders come later by so many milliseconds, as of a large list: what they say
is as old.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

LATENCY = 0.050
CUSTOMERS, ORDERS, PRODUCTS = 2, 20, 50

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Handler(WSGIRequestHandler):
    """Says nothing of each request, and sends what is written at once."""

    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def late(environ: dict[str, Any]) -> float:
    """Return for how many seconds the reply is held up."""
    return int(environ.get("HTTP_X_LATE", 0)) / 1000 * environ["PATH_INFO"].endswith("/orders/")


def distant(application: Application) -> Application:
    """Return the application, as if it were far away; pages are near."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/api/"):
            return application(environ, start_response)
        time.sleep(LATENCY / 2)
        response = application(environ, start_response)
        time.sleep(LATENCY / 2 + late(environ))
        return response

    return answer


def fill() -> None:
    """Make the tables and rows."""
    from desk.models import Customer, Order, Product

    call_command("migrate", run_syncdb=True, verbosity=0)
    products = Product.objects.bulk_create(Product(title=f"Product {n}") for n in range(PRODUCTS))
    for number in range(CUSTOMERS):
        customer = Customer.objects.create(name=f"Customer {number}")
        Order.objects.bulk_create(
            Order(customer=customer, product=products[n]) for n in range(ORDERS)
        )


def main() -> None:
    """Serve until stdin is closed or the process is ended."""
    sys.path.insert(0, str(Path(__file__).parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "desk.settings"
    django.setup()
    fill()
    server = ThreadedWSGIServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.set_app(distant(get_wsgi_application()))
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
