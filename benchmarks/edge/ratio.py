"""How much an edge keeps from the origin, by how often something changes.

Requests are drawn once and sent at a rate, the same ones to each edge: most are reads of products,
of which few are asked for most; the rest is the catalogue, and customers' own data. Changes are of
a product, or of a customer's own data. Each run begins with everything read once.

Invariant: what is counted at the origin is what its server has logged.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from random import Random

from behind import Behind
from browser import Browser, call_of, path_of
from crowd import PAGE
from edges import EDGES, Edge
from front import Origin

SHARES = (0.5, 1, 2, 5, 10, 20)
"""Of all requests, how many change something, in per cent."""
PRODUCTS, BUYERS = 200, 8
READS = {"product": 70, "catalogue": 10, "own": 20}
SENDERS = 12
KEPT = ("hit", "collapsed")
SETTLED = 0.5
"""Seconds after which the origin has logged everything."""


@dataclass(frozen=True)
class Sent:
    """A request: whose it is (None: a visitor's), and what is asked."""

    who: str | None
    method: str
    path: str
    body: bytes | None = None


@dataclass(frozen=True)
class Found:
    """Of one run. `share`: of changes, in per cent; `asked`: requests a second that could be sent;
    `forwarded`: those that the origin gets of `rate` requests a second; `ratio`: of reads kept."""

    share: float
    asked: float
    forwarded: float
    ratio: float


class House:
    """An edge in front of the shop, and who asks there."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.people = {name: Browser(edge.port) for name in [*_buyers(), "mara"]}
        for name, browser in self.people.items():
            browser.sign_in(name)
        buyers = {name: self.people[name] for name in _buyers()}
        self._ids = {n: b.read("session").data["me"]["customer_id"] for n, b in buyers.items()}
        self._products = _product_ids(self.people["mara"])

    def drawn(self, share: float, count: int, draw: Random) -> list[Sent]:
        """Return requests, of which so many per cent change something."""
        weights = [1 / rank for rank in range(1, len(self._products) + 1)]
        reads = [*READS], [*READS.values()]
        found = []
        for number in range(count):
            product_id = draw.choices(self._products, weights)[0]
            buyer = draw.choice(_buyers())
            if draw.random() * 100 < share:
                found.append(self._change(draw.random() < 0.7, product_id, buyer, number))
            else:
                found.append(self._read(draw.choices(*reads)[0], product_id, buyer))
        return found

    def everything(self) -> list[Sent]:
        """Return a read of all that is read."""
        reads = [self._read("product", each, "") for each in self._products]
        reads += [self._read("own", 0, each) for each in _buyers()]
        return [*reads, self._read("catalogue", 0, "")]

    def _read(self, kind: str, product_id: int, buyer: str) -> Sent:
        if kind == "product":
            return Sent(None, "GET", path_of("product", product_id=product_id))
        if kind == "catalogue":
            return Sent(None, "GET", path_of("catalogue", **PAGE))
        return Sent(buyer, "GET", path_of("customer", customer_id=self._ids[buyer]))

    def _change(self, is_product: bool, product_id: int, buyer: str, number: int) -> Sent:
        if is_product:
            return Sent("mara", "POST", *call_of("restock", product_id=product_id, pieces=1))
        given = {"customer_id": self._ids[buyer], "name": buyer, "phone": str(number)}
        mail = f"{buyer}@example.org"
        return Sent(buyer, "POST", *call_of("update_profile", **given, email=mail))


class Senders:
    """Sends requests when they are due, over some connections."""

    def __init__(self, house: House, requests: list[Sent], rate: float) -> None:
        self._identities = {name: each.identity() for name, each in house.people.items()}
        self._port = house.edge.port
        self._due = enumerate(requests)
        self._lock = threading.Lock()
        self._rate = rate
        self._start = time.monotonic()
        self.reads = 0
        self.kept = 0
        self.wrong: list[str] = []

    def run(self) -> float:
        """Send all; return how many seconds it took."""
        threads = [threading.Thread(target=self._send) for _ in range(SENDERS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        if self.wrong:
            raise RuntimeError(self.wrong[0])
        return time.monotonic() - self._start

    def _send(self) -> None:
        browser = Browser(self._port)
        for number, sent in iter(self._next, None):
            time.sleep(max(0.0, self._start + number / self._rate - time.monotonic()))
            headers = self._identities[sent.who] if sent.who else {}
            reply = browser.send(sent.method, sent.path, sent.body, headers)
            if reply.status != HTTPStatus.OK:
                self.wrong.append(f"{sent.path}: {reply.status} {reply.content[:200]!r}")
                break
            with self._lock:
                self.reads += sent.method == "GET"
                self.kept += sent.method == "GET" and reply.edge in KEPT
        browser.close()

    def _next(self) -> tuple[int, Sent] | None:
        with self._lock:
            return next(self._due, None)


def measured(name: str, *, scopes: bool, count: int, rate: float, seed: int) -> Iterator[Found]:
    """Yield what is found of an edge at each share of changes."""
    shop = Origin(Behind(scopes=scopes), people=BUYERS, products=PRODUCTS)
    with shop as origin, EDGES[name](origin) as edge:
        house = House(edge)
        for share in SHARES:
            Senders(house, house.everything(), rate).run()
            requests = house.drawn(share, count, Random(seed))
            time.sleep(SETTLED)
            before, senders = origin.requests, Senders(house, requests, rate)
            seconds = senders.run()
            time.sleep(SETTLED)
            forwarded = (origin.requests - before) / count * rate
            yield Found(share, count / seconds, forwarded, senders.kept / senders.reads)


def _buyers() -> list[str]:
    return [f"buyer-{number}" for number in range(1, BUYERS + 1)]


def _product_ids(mara: Browser) -> list[int]:
    """Return the ids of the products that were added: they have run out."""
    shown = mara.read("stock", below=1_000_000).data["running_out"]
    return [each["id"] for each in shown if each["name"].startswith("item")]
