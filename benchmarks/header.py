"""Header fields beside http-sf: parse and format, both in one run over the same distinct inputs.

http-sf parses and writes any structured field. `header` also decodes the values, makes the
canonical set and names faults; it should still be faster on what writers write, and no slower on
other spellings.

usage: scripts/bench header [--quick] [--seed N] [--json FILE]
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any
from urllib.parse import quote, unquote

import http_sf
from harness.program import Program
from harness.rows import Row
from harness.timer import race

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
INPUTS = 1000
UNLIMITED = 10**9
FLOOR = "by hand"
ABOUT = """Header fields

Fields of 1, 20 and 200 targets, parsed as writers write them and in other spellings, and formatted.
http-sf reads and writes any structured field; `header` also decodes values, makes the canonical set
and names faults. Microseconds of CPU time for a field; distinct fields in turn. The floor is what a
hand would write that believes the field: it splits and decodes, or encodes and joins; it checks
nothing, finds no fault and no member that another covers."""


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


def split(field: str) -> object:
    """Parse without a check, as a hand would write it: the floor."""
    members = []
    for member in field.split(","):
        head, *params = member.strip().split(";")
        context, _, function = head.partition("/")
        pairs = [param.strip().split("=") for param in params]
        found = [(name, unquote(value.strip('"'))) for name, value in pairs]
        members.append((context, tuple(sorted(found)), function or None))
    return members


def join(targets: Sequence[Target]) -> str:
    """Format without a check, as a hand would write it: the floor."""
    members = []
    for context, params, function in targets:
        head = f"{context}/{function}" if function else context
        pairs = [f'{name}="{quote(value)}"' for name, value in params]
        members.append(";".join([head, *pairs]))
    return ", ".join(sorted(members))


def peer_parse(field: str) -> object:
    """Parse with http-sf."""
    return http_sf.parse(field.encode(), tltype="list")


def write_all(targets: Sequence[Target]) -> str:
    """Format without a limit, as http-sf does."""
    return header.format(targets, UNLIMITED)


def rows(fields: list[str]) -> dict[str, dict[str, tuple[Callable[[Any], object], list[Any]]]]:
    """Return, by what is done, each contender's function and its inputs."""
    spellings = {"canonical": fields}
    for spelling in (spaced, encoded, shuffled):
        spellings[spelling.__name__] = [spelling(field) for field in fields]
    found: dict[str, dict[str, tuple[Callable[[Any], object], list[Any]]]] = {
        f"parse {name}": {
            "mizan": (header.parse, given),
            "http-sf": (peer_parse, given),
            FLOOR: (split, given),
        }
        for name, given in spellings.items()
    }
    found["format"] = {
        "mizan": (write_all, [header.parse(each) for each in fields]),
        "http-sf": (http_sf.ser, [peer_parse(each) for each in fields]),
        FLOOR: (join, [header.parse(each) for each in fields]),
    }
    return found


def fields_of(draw: random.Random, size: int, count: int) -> list[str]:
    """Return so many distinct fields."""
    drawn: set[str] = set()
    while len(drawn) < count:
        drawn.add(draw_field(draw, size))
    return sorted(drawn)


def main() -> int:
    """Add a row for each thing that is done, and each size."""
    program = Program("header", __doc__)
    program.options.add_argument("--seed", type=int, default=1)
    given = program.parse()
    draw = random.Random(given.seed)
    for size in SIZES:
        fields = fields_of(draw, size, INPUTS // 10 if given.quick else INPUTS)
        for what, contenders in rows(fields).items():
            calls = {}
            for name, (do, inputs) in contenders.items():
                following = cycle(inputs)
                calls[name] = lambda do=do, following=following: do(next(following))
            times = race(calls, program.effort)
            micro = {name: seconds * 1e6 for name, seconds in times.items()}
            group = "1 target" if size == 1 else f"{size} targets"
            program.add(Row(group, what, "µs", micro, FLOOR))
    program.finish(ABOUT, ["http-sf"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
