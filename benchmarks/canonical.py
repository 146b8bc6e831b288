"""Canonical text beside the PyPI package `rfc8785`, in one run.

usage: scripts/bench canonical [--quick] [--json FILE]

Documents are bundles of orders as a server would send them: names that are not ASCII, texts in
several scripts, about 10 % floats. Each is drawn from its own seed, so no two are alike. Every text
is first compared with that of `rfc8785`. The floor is the C encoder of Python's `json` with sorted
names, whose text is not canonical.
"""

import json
import random
import sys
from collections.abc import Callable
from itertools import cycle
from typing import Any

import rfc8785
from harness.program import Program
from harness.rows import Row
from harness.timer import race

from mizan.protocol.canonical import HAS_FAST, canonical_json

TEXT = (
    "the order was shipped from our warehouse in Zürich and should arrive within three working "
    "days please call before delivery because nobody is at home in the morning blue ceramic bowl "
    "hand made naïve café crème brûlée large small spare part for Škoda заказ отправлен 東京 "
    "bicycle lamp with charger"
)
WORDS = TEXT.split()
PEOPLE = (
    "Ada",
    "Zoë",
    "Łukasz",
    "Renée",
    "Søren",
    "Jürgen",
    "Иван",
    "Ольга",
    "太郎",
    "José",
    "Chloé",
)
SIZES = ("S", "M", "L", None)
ABOUT = """Canonical JSON

Bundles of orders with names that are not ASCII, texts in several scripts and about 10 % floats; no
two are alike. Microseconds of CPU time for a document, in pure Python and with
`mizan-protocol[fast]`. The floor is Python's C encoder with sorted names, whose text is not
canonical."""
SIZES_OF = {"1 KB": (1000, 1000), "100 KB": (100_000, 100)}
"""The bytes of a document, and how many there are."""
Document = dict[str, Any]


def words(draw: random.Random, least: int, most: int) -> str:
    text = " ".join(draw.choices(WORDS, k=draw.randint(least, most)))
    return text if draw.random() < 0.95 else f'{text}\n"{draw.choice(WORDS)}"'


def number(draw: random.Random) -> float:
    kind = draw.random()
    if kind < 0.70:
        return round(draw.uniform(0, 500), 2)
    if kind < 0.88:
        return draw.uniform(-180, 180)
    if kind < 0.99:
        return float(draw.randrange(1000))
    return draw.uniform(-1, 1) * 10.0 ** draw.randint(-12, 24)


def line(draw: random.Random) -> Document:
    return {
        "größe": draw.choice(SIZES),
        "désignation": words(draw, 2, 5),
        "数量": draw.randrange(1, 20),
        "prix_unité": number(draw),
        "скидка": draw.choice((0, 5, 10)),
        "épuisé": draw.random() < 0.1,
    }


def order(draw: random.Random) -> Document:
    return {
        "número": draw.randrange(10**9),
        "имя": f"{draw.choice(PEOPLE)} {draw.choice(PEOPLE)}",
        "correo_electrónico": f"customer{draw.randrange(10**6)}@example.org",
        "straße": f"{words(draw, 2, 3)} {draw.randrange(200)}",
        "città": draw.choice(("Zürich", "Köln", "Roma", "大阪")),
        "примечание": words(draw, 5, 15),
        "τιμή": draw.randrange(10**6),
        "payé": draw.random() < 0.5,
        "日付": f"2024-10-{draw.randint(1, 28):02}T10:{draw.randrange(60):02}:00Z",
        "lignes_de_commande_à_expédier": [line(draw) for _ in range(draw.randint(1, 4))],
        "étiquettes": draw.sample(WORDS, draw.randint(0, 3)),
    }


def document(seed: int, size: int) -> Document:
    """A document of about `size` bytes of canonical text."""
    draw = random.Random(seed)
    orders: list[Document] = []
    length = 0
    while length < size * 0.97:
        orders.append(order(draw))
        length += len(canonical_json(orders[-1]).encode())
    return {"user_orders": orders}


def encoded(value: Any) -> str:
    """Write by the C encoder, as near to canonical as it can."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def check(documents: list[Document]) -> None:
    """Make sure that both ways of writing are right."""
    for each in documents:
        expected = rfc8785.dumps(each)
        if any(canonical_json(each, fast=fast).encode() != expected for fast in (False, True)):
            sys.exit("the texts differ: a benchmark of wrong results means nothing")


def main() -> int:
    """Add a row for each size, pure and fast."""
    program = Program("canonical", __doc__)
    quick = program.parse().quick
    if not HAS_FAST:
        sys.exit("orjson is not installed: pip install 'mizan-protocol[fast]'")
    # As in a server that once read something large: from then on malloc keeps what is freed, where
    # a fresh process would return every large buffer to the system and fault it in again.
    buffer = bytes(16 << 20)
    del buffer
    for group, fast in (("Pure Python", False), ("With orjson", True)):
        for what, (size, count) in SIZES_OF.items():
            documents = [
                document(size * 10_000 + n, size) for n in range(count // 10 if quick else count)
            ]
            check(documents)
            writers: dict[str, Callable[[Any], object]] = {
                "mizan": lambda each, fast=fast: canonical_json(each, fast=fast),
                "rfc8785": rfc8785.dumps,
                "json.dumps": encoded,
            }
            program.add(Row(group, what, "µs", timed(program, writers, documents), "json.dumps"))
    program.finish(ABOUT, ["rfc8785", "orjson"])
    return 0


def timed(
    program: Program, writers: dict[str, Callable[[Any], object]], documents: list[Document]
) -> dict[str, float]:
    """Return the microseconds a document of each writer, each of which has them in turn."""
    calls = {}
    for name, write in writers.items():
        following = cycle(documents)
        calls[name] = lambda write=write, following=following: write(next(following))
    return {name: seconds * 1e6 for name, seconds in race(calls, program.effort).items()}


if __name__ == "__main__":
    sys.exit(main())
