#!/usr/bin/env python
"""Walks through the running shop with plain HTTP, and explains each step.

usage: walkthrough.py [URL]     (default: http://127.0.0.1:8000)

Exits with 1 if the shop answers otherwise than is said here. It waits until the shop answers.
"""

import http.client
import json
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

BASE = "/api/mizan/"
PATIENCE = 60  # seconds for the server to start
PASSWORD = "demo"  # noqa: S105 (of every user of the example)
# Of a reply's headers, those that matter here.
SHOWN = ("Cache-Control", "Cache-Status", "Age", "ETag", "X-Mizan-Invalidate", "Content-Type")
HIT = "mizan; hit"


class Browser:
    """Sends requests as a browser does: with cookies, and with Django's CSRF token."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._cookies: SimpleCookie = SimpleCookie()

    def read(self, context: str, query: str = "", **headers: str) -> tuple[Any, Any]:
        """Read a context. Returns (response, document)."""
        path = f"{BASE}ctx/{context}/" + (f"?{query}" if query else "")
        return self._send("GET", path, None, headers)

    def call(self, function: str, /, **args: Any) -> tuple[Any, Any]:
        """Call a function. Returns (response, document)."""
        return self._send("POST", f"{BASE}call/", {"function": function, "args": args}, {})

    @contextmanager
    def listen(self, held: str) -> Iterator[http.client.HTTPResponse]:
        """Ask to be told of what becomes stale of an instance. The block has the stream."""
        path = f"{BASE}events/?held={held}"
        print(f"    GET {path}")
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=self._cookie_headers())
            response = connection.getresponse()
            print(f"\n    {response.status} {response.reason}")
            yield response
        finally:
            connection.close()

    def wait(self) -> None:
        """Wait until the shop answers. Raises OSError where it does not."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._exchange("GET", "/", None, {})
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[Any, Any]:
        text = None if body is None else json.dumps(body)
        print(f"    {method} {path}")
        for name, value in headers.items():
            print(f"    {name}: {value}")
        if text:
            print(f"    {text}")
        response, content = self._exchange(method, path, text, headers)
        print(f"\n    {response.status} {response.reason}")
        for name in SHOWN:
            if name in response.headers:
                print(f"    {name}: {response.headers[name]}")
        print(textwrap.indent(textwrap.fill(content.decode(), 96), "    "))
        return response, json.loads(content) if content else None

    def _exchange(
        self, method: str, path: str, text: str | None, headers: dict[str, str]
    ) -> tuple[Any, bytes]:
        connection = http.client.HTTPConnection(*self._address, timeout=PATIENCE)
        sent = {**headers, **self._cookie_headers()}
        if text is not None:
            sent["Content-Type"] = "application/json"
        try:
            connection.request(method, path, text, sent)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for value in response.headers.get_all("Set-Cookie", []):
            self._cookies.load(value)
        return response, content

    def _cookie_headers(self) -> dict[str, str]:
        pairs = "; ".join(f"{name}={each.value}" for name, each in self._cookies.items())
        found = {"Cookie": pairs} if pairs else {}
        if "csrftoken" in self._cookies:
            found["X-CSRFToken"] = self._cookies["csrftoken"].value
        return found


def walk(url: str) -> None:
    """Show a read, a change, and the fresh read. Raises AssertionError."""
    visitor, mara = Browser(url), Browser(url)
    visitor.wait()

    step(
        "A page asks for what it shows: the context `catalogue`, one bundle with the results of",
        "its functions `products` and `shop`.",
    )
    response, found = visitor.read("catalogue", "in_stock=false&page=1&search=kettle")
    expect(response.status == 200, "the catalogue is read")
    kettle = found["products"][0]

    step("Another page shows one product. The reply has an ETag, by which it is known again.")
    query = f"product_id={kettle['id']}"
    response, before = visitor.read("product", query)
    tag = response.headers["ETag"]
    expect(before["product"]["price"] == kettle["price"], "both show one price")

    step(
        "While nothing changes, the server answers from its cache, without a query and without",
        "running a function: Cache-Status says so. Whoever has the reply gets 304, without a body.",
    )
    response, _ = visitor.read("product", query)
    expect(response.headers["Cache-Status"] == HIT, "the server kept the reply")
    response, _ = visitor.read("product", query, **{"If-None-Match": tag})
    expect(response.status == 304, "nothing changed")

    step("Others look at another product.")
    _, found = visitor.read("catalogue", "in_stock=false&page=1&search=filter")
    other = f"product_id={found['products'][0]['id']}"
    visitor.read("product", other)

    step("Mara, who runs the shop, signs in. This starts an ordinary Django session.")
    response, _ = mara.call("sign_in", username="mara", password=PASSWORD)
    expect(response.status == 200, "Mara is signed in")

    step(
        "She changes the price. The function is declared with `affects=[ProductContext,",
        "CatalogueContext, StockContext]`; which product it is follows from the argument",
        "`product_id`. The reply says what is stale now, in its header and in its body: of the",
        "products this one alone.",
    )
    price = "35.00" if kettle["price"] != "35.00" else "39.00"
    response, found = mara.call("change_price", product_id=kettle["id"], price=price)
    stale = response.headers["X-Mizan-Invalidate"]
    expect(stale == f"catalogue, product;product_id={kettle['id']}, stock", "the header says so")
    expect({"context": "product", "params": {"product_id": kettle["id"]}} in found["invalidate"],
           "and so does the body")  # fmt: skip

    step(
        "Whoever hears this (a browser, a cache, a CDN) drops its copy, and the server's cache has",
        "done so before it answered. The next read, even with the old ETag, shows the new price.",
    )
    response, after = visitor.read("product", query, **{"If-None-Match": tag})
    expect(response.status == 200, "the reply is a new one")
    expect(response.headers["Cache-Status"] != HIT, "it was computed anew")
    expect(after["product"]["price"] == price, "the new price is there")

    step("What she did not change is in the cache still, such as the page of the filter coffee.")
    response, _ = visitor.read("product", other)
    expect(response.headers["Cache-Status"] == HIT, "it was not touched")

    step("What is wrong is refused with the name of the argument, and makes nothing stale.")
    response, found = mara.call("change_price", product_id=kettle["id"], price="cheap")
    expect(response.status == 422, "the price is refused")
    expect(found["errors"][0]["pointer"] == "/price", "by its name")
    expect("X-Mizan-Invalidate" not in response.headers, "nothing is stale")

    step(
        "Pages that are open elsewhere hear of changes by a stream of events, for which they name",
        "what they show. It brings what is stale, never data: the page reads that, as itself.",
    )
    with visitor.listen(quote(f"product;product_id={kettle['id']}")) as stream:
        if stream.status == 501:
            print(textwrap.indent(textwrap.fill(stream.read().decode(), 96), "    "))
            return
        event(stream, "ready")
        print()
        mara.call("change_price", product_id=kettle["id"], price=kettle["price"])
        print()
        found = event(stream, "invalidate")
    heard = {"context": "product", "params": {"product_id": kettle["id"]}}
    expect(found["targets"] == [heard], "the visitor hears of the product, and of nothing else")


def event(stream: http.client.HTTPResponse, name: str) -> Any:
    """Show what a stream brings up to an event of this name. Returns its data."""
    seen = ""
    while True:
        line = stream.readline().decode()
        expect(line != "", "the stream goes on")
        print(f"    {line}", end="")
        seen = line.removeprefix("event: ").strip() if line.startswith("event: ") else seen
        if seen == name and line.startswith("data: "):
            return json.loads(line.removeprefix("data: "))


def step(*lines: str) -> None:
    """Begin a step."""
    step.number += 1  # type: ignore[attr-defined]
    print(f"\n{step.number}. " + "\n   ".join(lines) + "\n")  # type: ignore[attr-defined]


step.number = 0  # type: ignore[attr-defined]


def expect(is_so: bool, what: str) -> None:
    """Stop where the shop does not do what is said."""
    if not is_so:
        raise AssertionError(what)


if __name__ == "__main__":
    if {"-h", "--help"} & set(sys.argv):
        sys.exit(print(__doc__))
    try:
        walk(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
    except (AssertionError, OSError) as error:
        sys.exit(f"\nThat is not what was to be expected: {error}")
