#!/usr/bin/env python
"""Walks through the shop behind a purging edge, and shows by its headers what the edge keeps.

usage: edge_walkthrough.py URL      (the edge's: scripts/demo --edge starts one)

Exits with 1 if the edge answers otherwise than is said here. It waits until the shop answers.
"""

import sys
from typing import Any

from walkthrough import PASSWORD, Browser, expect, step


def is_hit(response: Any) -> bool:
    """Tell whether the edge answered: of Cache-Status the last member is the nearest cache's."""
    nearest = response.headers["Cache-Status"].rpartition(",")[2]
    return "hit" in [each.strip() for each in nearest.split(";")]


def walk(url: str) -> None:
    """Show a miss, a hit, a change, a fresh read, what was not touched. Raises AssertionError."""
    visitor, ada, mara = Browser(url), Browser(url), Browser(url)
    visitor.wait()
    step("Mara, who runs the shop, and Ada, who buys, sign in. What sets a cookie is kept nowhere.")
    mara.call("sign_in", username="mara", password=PASSWORD)
    print()
    ada.call("sign_in", username="ada", password=PASSWORD)

    step("A visitor looks for two products in the catalogue.")
    _, found = visitor.read("catalogue", "in_stock=false&page=1&search=kettle")
    kettle = found["products"][0]
    print()
    _, found = visitor.read("catalogue", "in_stock=false&page=1&search=espresso")
    espresso = found["products"][0]

    step(
        "A visitor looks at a product. The edge has to ask the server (fwd=uri-miss), and keeps",
        "the reply until a change makes it stale; to browsers it says no-cache: ask each time.",
    )
    query = f"product_id={kettle['id']}"
    response, before = visitor.read("product", query)
    expect(response.status == 200 and not is_hit(response), "the first read is the server's")

    step("The next visitor has it from the edge (hit). The server does not even hear of it.")
    response, again = visitor.read("product", query)
    expect(is_hit(response) and again == before, "the second read is a hit")

    step("Ada looks at another product, twice; the same reply is good for all.")
    other = f"product_id={espresso['id']}"
    ada.read("product", other)
    print()
    response, _ = ada.read("product", other)
    expect(is_hit(response), "it is a hit, for who is signed in as well")

    step(
        "What is Ada's own passes through, twice: Varnish cannot verify who asks, so it keeps no",
        "such reply. (The edge of packages/edge can, and keeps it for her alone.)",
    )
    ada.read("session")
    print()
    response, found = ada.read("session")
    expect(not is_hit(response) and found["me"]["username"] == "ada", "it is Ada's, and not kept")
    print()
    response, found = visitor.read("session")
    expect(found["me"] is None, "nobody else is taken for Ada")

    step(
        "Mara changes the price, through the edge. The server's reply names what is stale; before",
        "Mara sees it, the edge has dropped that.",
    )
    price = "35.00" if before["product"]["price"] != "35.00" else "39.00"
    response, _ = mara.call("change_price", product_id=kettle["id"], price=price)
    stale = response.headers["X-Mizan-Invalidate"]
    expect(f"product;product_id={kettle['id']}" in stale, "the reply says what is stale")

    step("So the next read is fresh, for everybody.")
    response, after = visitor.read("product", query)
    expect(not is_hit(response), "it is not from the edge")
    expect(after["product"]["price"] == price, "the new price is there")

    step("And what was not touched is in the edge still: what Ada looks at is a hit.")
    response, _ = ada.read("product", other)
    expect(is_hit(response), "only what was touched was dropped")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        sys.exit(0 if {"-h", "--help"} & set(sys.argv) else 2)
    try:
        walk(sys.argv[1])
    except (AssertionError, OSError) as error:
        sys.exit(f"\nThat is not what was to be expected: {error}")
