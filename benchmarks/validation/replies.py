"""Replies of mutations as a server records them, each from its own seed."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

STATES = ("paid", "sent", "returned", "Zurückgelegt")


def reply(number: int) -> dict[str, Any]:
    """Return a reply."""
    draw = random.Random(number)
    user = draw.randrange(10**6)
    orders = [
        {
            "id": draw.randrange(10**9),
            "state": draw.choice(STATES),
            "total": draw.randrange(10**6) / 100,
            "lines": [draw.randrange(10**4) for _ in range(3)],
        }
        for _ in range(5)
    ]
    stale = [
        {"context": "orders", "params": {"user_id": user}},
        {"context": "product", "params": {"product_id": draw.randrange(10**4), "lang": "de"}},
    ]
    return {"result": {"user_id": user, "orders": orders}, "invalidate": stale}


def write(path: Path, count: int) -> None:
    """Write a file of so many."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            file.write(json.dumps(reply(number), ensure_ascii=False) + "\n")
