"""Header fields beside http-sf: parse and format, both in one run over the same distinct inputs.

http-sf parses and writes any structured field. `header` also decodes the values, makes the
canonical set and names faults; it must still be at least 1.5x as fast on what writers write, and
no slower on other spellings.

usage: header.py [--inputs N] [--rounds N] [--seed N]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import http_sf

from mizan.protocol import header
from mizan.protocol.targets import Target

CONTEXTS = [
    "invoice",
    "notifications",
    "orders",
    "org.members",
    "product_list",
    "shop.cart",
    "user",
]
FUNCTIONS = ["cart_total", "order_lines", "user_orders", "user_profile"]
PARAMETERS = ["org_id", "page", "status", "user_id"]
WORDS = ["draft", "open", "en-GB", "true", "Zürich", "a b", "2024-02-29"]
SIZES = (1, 20, 200)
UNLIMITED = 10**9


def draw_value(draw: random.Random) -> str:
    """Return a canonical string: mostly integers, some UUIDs, some words."""
    kind = draw.random()
    if kind < 0.6:
        return str(draw.randrange(10 ** draw.randrange(1, 9)))
    if kind < 0.8:
        digits = f"{draw.randrange(16**32):032x}"
        return "-".join([digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]])
    return draw.choice(WORDS)


def draw_target(draw: random.Random) -> Target:
    """Return a target of one or two parameters, one in five of one function."""
    names = sorted(draw.sample(PARAMETERS, draw.choice([1, 1, 1, 2, 2])))
    function = draw.choice(FUNCTIONS) if draw.random() < 0.2 else None
    params = tuple((name, draw_value(draw)) for name in names)
    return Target(draw.choice(CONTEXTS), params, function)


def draw_field(draw: random.Random, size: int) -> str:
    """Return the canonical field of `size` targets, none of which covers another."""
    targets: Sequence[Target] = ()
    while len(targets) < size:
        more = [*targets, *(draw_target(draw) for _ in range(size))]
        known = header.parse(header.format(more, UNLIMITED))
        targets = draw.sample(known, min(size, len(known)))
    return header.format(targets, UNLIMITED)


def spaced(field: str) -> str:
    """Return another spelling: white space wherever it may stand."""
    return "  " + field.replace(", ", " ,\t").replace(";", ";  ") + " "


def encoded(field: str) -> str:
    """Return another spelling: hex in lower case, and what need not be encoded encoded."""
    return field.replace("%C3", "%c3").replace("-", "%2d").replace("true", "tru%65")


def shuffled(field: str) -> str:
    """Return another spelling: members and parameters the other way round, integers in quotes."""
    members = []
    for member in reversed(field.split(", ")):
        head, *params = member.split(";")
        pairs = (param.replace('"', "").split("=") for param in reversed(params))
        members.append(";".join([head, *(f'{name}="{value}"' for name, value in pairs)]))
    return ", ".join(members)


def race(
    calls: tuple[Callable[[Any], object], Callable[[Any], object]],
    inputs: tuple[Sequence[Any], Sequence[Any]],
    rounds: int,
) -> list[float]:
    """Return the seconds of each call over its inputs: the sum of the best of each small part.

    The two take turns at each part, so that what else the machine does troubles both or neither.
    """
    total = [0.0, 0.0]
    step = max(1, 1000 // SIZES[-1])
    for at in range(0, len(inputs[0]), step):
        parts = [(call, given[at : at + step]) for call, given in zip(calls, inputs, strict=True)]
        best = [float("inf"), float("inf")]
        for _ in range(rounds):
            for which, (call, part) in enumerate(parts):
                start = time.perf_counter()
                for each in part:
                    call(each)
                best[which] = min(best[which], time.perf_counter() - start)
        total = [sum(pair) for pair in zip(total, best, strict=True)]
    return total


def peer_parse(field: str) -> object:
    """Parse with http-sf."""
    return http_sf.parse(field.encode(), tltype="list")


def write_all(targets: Sequence[Target]) -> str:
    """Format without a limit, as http-sf does."""
    return header.format(targets, UNLIMITED)


def main() -> int:
    """Print for each row microseconds a field, and how many times as fast mizan is."""
    parser = argparse.ArgumentParser(description="header.parse and header.format beside http-sf")
    parser.add_argument("--inputs", type=int, default=1000, help="distinct fields of a row")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    print(f"{'':24}{'mizan us':>12}{'http-sf us':>12}{'ratio':>8}")
    for size in SIZES:
        drawn: set[str] = set()
        while len(drawn) < options.inputs:
            drawn.add(draw_field(draw, size))
        fields = sorted(drawn)
        rows: list[tuple[str, Any, Any]] = [("parse canonical", fields, fields)]
        for spelling in (spaced, encoded, shuffled):
            other = [spelling(field) for field in fields]
            rows.append((f"parse {spelling.__name__}", other, other))
        rows.append(
            ("format", [header.parse(each) for each in fields], list(map(peer_parse, fields)))
        )
        for name, mine, theirs in rows:
            calls = (write_all, http_sf.ser) if name == "format" else (header.parse, peer_parse)
            seconds = race(calls, (mine, theirs), options.rounds)
            ratio = seconds[1] / seconds[0]
            micro = [each / len(fields) * 1e6 for each in seconds]
            print(f"{name:18}{size:>6}{micro[0]:12.1f}{micro[1]:12.1f}{ratio:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
