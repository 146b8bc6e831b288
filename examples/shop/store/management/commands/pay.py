"""`manage.py pay ORDER`: plays the payment provider, who tells the running shop of a payment."""

import json
import time
from argparse import ArgumentParser
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError

from store.payments import signature

PATIENCE = 30  # seconds for the answer


class Command(BaseCommand):
    """Sends the webhook."""

    help = "Send the signed webhook by which the payment provider says that an order was paid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("order", type=int)
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the shop runs")

    def handle(self, *_: Any, order: int, url: str, **__: Any) -> None:
        """Send it, and say what it made stale."""
        body = json.dumps({"id": f"evt_{uuid4().hex}", "type": "payment.succeeded"}).encode()
        headers = {
            "Content-Type": "application/json",
            "Payment-Signature": signature(body, int(time.time())),
        }
        request = Request(f"{url}/webhooks/payments/{order}/", body, headers)  # noqa: S310
        try:
            with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
                stale = response.headers["X-Mizan-Invalidate"]
        except (URLError, ValueError) as error:
            raise CommandError(f"{url} did not take it: {error}") from error
        self.stdout.write(f"Order {order} is paid. Stale: {stale}")
