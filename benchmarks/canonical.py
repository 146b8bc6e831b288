"""Canonical text beside the PyPI package `rfc8785`: how many times faster, in one run.

usage: python benchmarks/canonical.py [--small N] [--large N] [--rounds N]

Documents are bundles of orders as a server would send them: names that are not ASCII, texts in
several scripts, about 10 % floats. Each is drawn from its own seed, so no two are alike. The three
writers take turns on each batch, and of the rounds the fastest counts, in CPU time. Every text is
first compared with that of `rfc8785`.
"""

import argparse
import gc
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import rfc8785

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
BATCH_BYTES = 50_000  # at a time, so that every writer finds them in the processor's cache
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


def leaves(value: Any) -> Iterator[Any]:
    """Every value that is neither array nor object."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from leaves(item)
    else:
        yield value


def best_times(
    writers: list[Callable[[Any], object]], documents: list[Document], rounds: int
) -> list[float]:
    """The least CPU seconds that each writer took for the documents."""
    best = [float("inf")] * len(writers)
    gc.collect()
    gc.disable()  # as timeit does: it would run whenever another one's garbage is enough
    for _ in range(rounds):
        for number, write in enumerate(writers):
            start = time.process_time()
            for each in documents:
                write(each)
            best[number] = min(best[number], time.process_time() - start)
    gc.enable()
    return best


def compare(size: int, count: int, rounds: int) -> None:
    """Print a row: what each writer takes for `count` documents of `size` bytes."""
    writers: list[Callable[[Any], object]] = [
        rfc8785.dumps,
        lambda each: canonical_json(each, fast=False),
        lambda each: canonical_json(each, fast=True),
    ]
    totals = [0.0] * len(writers)
    floats = values = length = 0
    batch = max(1, BATCH_BYTES // size)
    for start in range(0, count, batch):
        seeds = range(start, min(start + batch, count))
        documents = [document(size * 10_000 + seed, size) for seed in seeds]
        for each in documents:
            expected = rfc8785.dumps(each)
            if any(str(write(each)).encode() != expected for write in writers[1:]):
                sys.exit("the texts differ: a benchmark of wrong results means nothing")
            found = list(leaves(each))
            floats += sum(isinstance(value, float) for value in found)
            values += len(found)
            length += len(expected)
        for number, seconds in enumerate(best_times(writers, documents, rounds)):
            totals[number] += seconds
    micro = [total / count * 1e6 for total in totals]
    print(
        f"{length / count / 1000:7.1f} KB {count:6} {floats / values:6.0%} {micro[0]:10.1f} "
        f"{micro[1]:10.1f} {micro[2]:10.1f} {micro[0] / micro[1]:8.1f}x {micro[0] / micro[2]:8.1f}x"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Canonical text beside the package rfc8785.")
    parser.add_argument("--small", type=int, default=1000, help="documents of 1 KB")
    parser.add_argument("--large", type=int, default=1000, help="documents of 100 KB")
    parser.add_argument("--rounds", type=int, default=5, help="of which the fastest counts")
    wanted = parser.parse_args()
    if not HAS_FAST:
        sys.exit("orjson is not installed: pip install 'mizan-protocol[fast]'")
    # As in a server that once read something large: from then on malloc keeps what is freed, where
    # a fresh process would return every large buffer to the system and fault it in again.
    buffer = bytes(16 << 20)
    del buffer
    print("                                 microseconds for a document     times rfc8785")
    print("  size    distinct floats    rfc8785       pure       fast      pure      fast")
    for size, count in ((1000, wanted.small), (100_000, wanted.large)):
        compare(size, count, wanted.rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
