"""A million doubles: the canonical text is what Node's `String(x)` says (MZ-JCS-003).

Node is an independent implementation of ECMA-262; it gets the doubles as raw bytes in one process.
"""

from __future__ import annotations

import operator
import random
import shutil
import struct
import subprocess
from array import array
from collections.abc import Iterator
from itertools import chain, islice
from math import copysign, inf, nextafter
from pathlib import Path

import pytest

from mizan.protocol import canonical
from mizan.protocol.values import double_text

COUNT = 1_000_000
PROGRAM = """
const bytes = require("node:fs").readFileSync(0);
const { buffer } = new Uint8Array(bytes);
process.stdout.write(Array.from(new Float64Array(buffer), String).join());
"""


def corners() -> Iterator[float]:
    """Powers of ten and of two, their neighbours, and the ends of the doubles."""
    for power in range(-324, 309):
        for digits in ("1", "9.5", "1.2345678901234567"):
            number = float(f"{digits}e{power}")
            yield from (number, nextafter(number, inf), nextafter(number, 0))
    for power in range(-1074, 1024):
        yield from (2.0**power, nextafter(2.0**power, inf), nextafter(2.0**power, 0))
    for offset in range(-2000, 2000):
        yield from (2.0**53 + offset, 1e16 + offset, 1e21 + offset * 2.0**17)
    yield from (5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308)


def doubles() -> array[float]:
    """Corners, then any bits, subnormals, integers near 2^53 and what people write."""
    source = random.Random(8785)  # noqa: S311 - a seed, so that a failure can be repeated
    bits, draw = source.getrandbits, source.random
    parts = (
        corners(),
        map(operator.neg, corners()),
        struct.unpack("<100000d", struct.pack("<100000Q", *map(bits, [52] * 100_000))),
        [float(bits(54)) for _ in range(100_000)],
        [bits(10) - 512.0 for _ in range(50_000)],
        [round(draw() * 1000, 2) for _ in range(100_000)],
        [(draw() - 0.5) * 10.0 ** (bits(5) - 9) for _ in range(200_000)],
        array("d", source.randbytes(8 * COUNT)),
    )
    # NaN and the infinities are refused; -0.0 would send the whole list the careful way.
    finite = (x for x in chain.from_iterable(parts) if x - x == 0 and (x or copysign(1, x) > 0))
    return array("d", islice(finite, COUNT))


def node_says(numbers: array[float]) -> str:
    node = shutil.which("node") or shutil.which(
        "node", path=Path(__file__).parents[2] / ".venv/bin"
    )
    if not node:
        pytest.fail("this test needs Node >= 20 on the PATH: run scripts/setup, which gets it")
    done = subprocess.run([node, "-e", PROGRAM], input=numbers.tobytes(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_a_million_doubles_are_written_as_node_does() -> None:
    numbers = doubles()
    assert len(numbers) == COUNT
    said = node_says(numbers)
    mine = map(double_text, numbers)
    differing = zip(numbers, mine, said.split(","), strict=True)
    assert [each for each in differing if each[1] != each[2]][:10] == []
    values = numbers.tolist()
    # Compared outside `assert`, which would explain the difference of two texts of 20 MB.
    for quick in (canonical._quick_pure, canonical._quick_fast):
        same = quick(values) == f"[{said}]"
        assert same, quick.__name__
