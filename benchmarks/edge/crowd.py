"""People who read and change the shop at random through an edge, and note what they saw.

A version is a product's stock, which only grows here, or a customer's phone number, which only that
customer changes, one change after the other. Every read notes the versions of all that it shows.

Invariant: what a reply shows of a user is of the one who asked, or may be seen by that one; else it
is noted as a leak.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from browser import Browser, Reply, path_of
from history import Kind, Log, Record

STATES = ("hit", "collapsed", "miss", "bypass", "other", "")
"""What edges say that they did with a read; `Record.state` is an index of it."""
_SAID = {"uri-miss": "miss", "vary-miss": "miss", "method": "bypass", "request": "bypass"}
CUSTOMER = 10_000
"""What is added to a customer's id, so that the key is no product's."""
PAUSE = 0.02
"""The longest that a person rests between two requests, in seconds."""
BELOW = 1_000_000_000
PAGE = {"in_stock": "false", "page": 1, "search": ""}


class UnexpectedError(Exception):
    """A reply is not what it has to be."""


@dataclass
class Party:
    """What people of one crowd share. `over`: set when they are to stop."""

    port: int
    folder: Path
    over: threading.Event = field(default_factory=threading.Event)
    products: list[int] = field(default_factory=list)
    customers: dict[str, int] = field(default_factory=dict)


class Person(threading.Thread):
    """One of them; goes on until it is over, or until anything is wrong."""

    mix: ClassVar[dict[str, int]]

    def __init__(self, name: str, party: Party, draw: Random) -> None:
        super().__init__(name=name, daemon=True)
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.draw = draw
        self.party = party
        self.browser = Browser(party.port)
        self._log = Log(party.folder / f"{name}.log")

    def arrive(self) -> None:
        """Do what has to be done before anybody begins."""

    def run(self) -> None:
        names, weights = list(self.mix), list(self.mix.values())
        while not self.party.over.wait(self.draw.uniform(0, PAUSE)):
            action: Callable[[], None] = getattr(self, self.draw.choices(names, weights)[0])
            try:
                action()
            except Exception as error:  # noqa: BLE001 (whatever it is, it is wrong)
                self.wrong.append(f"{self.name}: {action.__name__}: {error!r}")
                self.party.over.set()
        self.browser.close()

    # -- what everybody reads --

    def product(self) -> None:
        """Look at a product."""
        product_id = self.draw.choice(self.party.products)
        reply = self.seen(self.browser.read("product", product_id=product_id))
        shown = reply.data["product"]
        self.expect(shown["id"] == product_id, "another product was shown", reply)
        self.note(reply, [(product_id, shown["stock"])])

    def catalogue(self) -> None:
        """Look at the first page of the catalogue, which shows some of the products."""
        reply = self.seen(self.browser.read("catalogue", **PAGE))
        self.note(reply, _stocks(reply.data["products"]))

    def session(self) -> None:
        """Ask who is signed in; the URL is the same for everybody."""
        self.expect_self(self.browser.read("session"))

    def expect_self(self, reply: Reply) -> None:
        """Note a leak where a reply says that somebody else asked."""
        found = self.seen(reply).data["me"]
        name = found and found["username"]
        self.counts["LEAK"] += name != self.user
        self.expect(name == self.user, f"{self.user} was told to be {name}", reply)

    @property
    def user(self) -> str | None:
        """The name that this one signed in by."""
        return None

    # -- what is noted --

    def seen(self, reply: Reply, status: int = HTTPStatus.OK) -> Reply:
        """Return a reply, of which the status has to be this."""
        self.counts["requests"] += 1
        self.expect(reply.status == status, f"expected {status}", reply)
        return reply

    def expect(self, is_so: bool, what: str, reply: Reply) -> None:
        """Raise UnexpectedError where a reply is not what it has to be."""
        if not is_so:
            said = reply.content[:200].decode(errors="replace")
            raise UnexpectedError(f"{what}: {reply.status} ({reply.edge}) {said}")

    def note(self, reply: Reply, versions: Iterable[tuple[int, int]]) -> None:
        """Note the versions that a read showed."""
        said = _SAID.get(reply.edge, reply.edge)
        state = STATES.index(said if said in STATES else "other")
        self._log.add(
            Record(Kind.READ, state, key, version, reply.begin, reply.end, 0)
            for key, version in versions
        )

    def changed(self, reply: Reply, key: int, version: int) -> None:
        """Note an acknowledged change."""
        begin, end = reply.begin, reply.end
        self._log.add(
            Record(kind, 0, key, version, begin, end, 0) for kind in (Kind.STARTED, Kind.WRITE)
        )


class Visitor(Person):
    """Somebody without an account."""

    mix: ClassVar = {"product": 75, "catalogue": 15, "session": 10}


class Member(Person):
    """Somebody who signed in, by a name of the shop's."""

    def __init__(self, user: str, *more: Any) -> None:
        super().__init__(*more)
        self._user = user

    @property
    def user(self) -> str | None:
        return self._user

    def arrive(self) -> None:
        self.browser.sign_in(self._user)

    def by_cookie(self) -> None:
        """Ask who is signed in, by the session's cookie alone."""
        cookies = self.browser.with_cookies()
        self.expect_self(self.browser.send("GET", path_of("session"), None, cookies))


class Buyer(Member):
    """A customer, at one of several devices."""

    mix: ClassVar = {
        "product": 30,
        "catalogue": 10,
        "session": 10,
        "by_cookie": 5,
        "own": 40,
        "others": 5,
    }

    def arrive(self) -> None:
        super().arrive()
        self.party.customers[self._user] = self.browser.read("session").data["me"]["customer_id"]

    @property
    def _id(self) -> int:
        return self.party.customers[self._user]

    def own(self) -> None:
        """Look at one's own data."""
        reply = self.seen(self.browser.read("customer", customer_id=self._id))
        found = reply.data["customer"]
        self.counts["LEAK"] += found["id"] != self._id
        self.expect(found["id"] == self._id, "another customer's data were shown", reply)
        self.note(reply, [(CUSTOMER + self._id, int(found["phone"]))])

    def others(self) -> None:
        """Ask for another's data, which has to be refused."""
        everybody = self.party.customers.items()
        customer_id = self.draw.choice([each for name, each in everybody if name != self._user])
        reply = self.browser.read("customer", customer_id=customer_id)
        self.counts["LEAK"] += reply.status == HTTPStatus.OK
        self.seen(reply, HTTPStatus.FORBIDDEN)


class Mover(Buyer):
    """The device of a customer from which the data are changed."""

    mix: ClassVar = {**Buyer.mix, "move": 15}

    def arrive(self) -> None:
        super().arrive()
        self._phone = 1

    def move(self) -> None:
        """Change one's own phone number, and mostly look at once."""
        self._phone += 1
        name, mail, phone = self._user, f"{self._user}@example.org", str(self._phone)
        given = {"customer_id": self._id, "name": name, "email": mail, "phone": phone}
        reply = self.seen(self.browser.call("update_profile", **given))
        self.changed(reply, CUSTOMER + self._id, self._phone)
        if self.draw.random() < 0.7:
            self.own()


class Manager(Member):
    """Somebody who runs the shop: several may change one product at a time."""

    mix: ClassVar = {
        "product": 30,
        "catalogue": 10,
        "session": 5,
        "stock": 15,
        "customer": 15,
        "restock": 25,
    }

    def stock(self) -> None:
        """Look at the stock of all products."""
        reply = self.seen(self.browser.read("stock", below=BELOW))
        self.note(reply, _stocks(reply.data["running_out"]))

    def customer(self) -> None:
        """Look at a customer's data."""
        customer_id = self.draw.choice(list(self.party.customers.values()))
        reply = self.seen(self.browser.read("customer", customer_id=customer_id))
        found = reply.data["customer"]
        self.expect(found["id"] == customer_id, "another customer's data were shown", reply)
        self.note(reply, [(CUSTOMER + customer_id, int(found["phone"]))])

    def restock(self) -> None:
        """Add a piece to a product, and mostly look at once."""
        product_id = self.draw.choice(self.party.products)
        reply = self.seen(self.browser.call("restock", product_id=product_id, pieces=1))
        self.changed(reply, product_id, reply.data["result"]["stock"])
        if self.draw.random() < 0.7:
            getattr(self, self.draw.choice(("product", "catalogue", "stock")))()


def _stocks(products: list[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    return ((each["id"], each["stock"]) for each in products)


def arrived(party: Party, draw: Random, *, buyers: int) -> list[Person]:
    """Return people who are signed in and ready to start."""
    browser = Browser(party.port)
    shown = browser.read("catalogue", **PAGE).data["products"]
    browser.close()
    party.products = [each["id"] for each in shown]
    names = [f"buyer-{number}" for number in range(1, buyers + 1)]
    kinds: list[tuple[type[Person], str | None]] = [(Visitor, None), (Visitor, None)]
    kinds += [(kind, name) for name in names for kind in (Mover, Buyer)]
    kinds += [(Manager, name) for name in ("mara", "mara", "nils")]
    people = []
    for number, (kind, user) in enumerate(kinds):
        common = (f"{user or 'visitor'}.{number}", party, Random(draw.random()))
        person = kind(*common) if user is None else kind(user, *common)
        person.arrive()
        people.append(person)
    return people
