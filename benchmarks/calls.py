"""Calls through Django's handlers: this project beside django-ninja, REST framework, by hand.

usage: scripts/bench calls [--only CASE] [--cache] [--profile CASE]   (a case: plain_1, mutation_20)

A function with three arguments answers with 1, 20 or 500 rows of a pydantic model: as a plain
function, and as a mutation in a transaction; through WSGI without middleware and with Django's
default ones, and through ASGI with those. The origin cache is off, for the others have none that a
mutation would have to purge; `--cache` turns on the one of the process. "by hand", the floor, is
what a careful person writes with pydantic (`contenders/calls.py`). All run in one process and take
turns; the times are CPU time.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import random
import sys
from collections.abc import Callable
from itertools import cycle
from typing import Any

import django
from contenders.drive import Ask, asgi, wsgi
from contenders.site import DEFAULT_MIDDLEWARE, MIZAN_MIDDLEWARE, site
from django.conf import settings

cache = {"BACKEND": "memory" if "--cache" in sys.argv else None}
settings.configure(**site("mizan.django", MIZAN_CACHE=cache, ROOT_URLCONF=__name__))
django.setup()

# What reads Django's settings is imported after them.
from contenders.calls import CASES, URLS, declare, name_of  # noqa: E402
from harness.program import Program  # noqa: E402
from harness.rows import Row  # noqa: E402
from harness.timer import race  # noqa: E402

ABOUT = """Calls through Django's handlers, in one process

A function with three arguments answers with 1, 20 or 500 rows of a pydantic model, as a plain
function and as a mutation in a transaction. *By hand* is a view that a careful person writes with
pydantic: the method checked, the body validated, the same JSON answered. Microseconds of CPU time;
a thousand different requests in turn. The origin cache is off, for the others have none."""
PACKAGES = ("Django", "pydantic", "django-ninja", "djangorestframework")
urlpatterns = URLS["mizan"]
WAYS: list[tuple[str, Any, list[str]]] = [
    ("WSGI, no middleware", wsgi, []),
    ("WSGI, Django's default middleware", wsgi, DEFAULT_MIDDLEWARE),
    ("ASGI, Django's default middleware", asgi, DEFAULT_MIDDLEWARE),
]


def bodies(function: str | None) -> list[bytes]:
    """Return the bodies of a thousand different requests, spelled as browsers do."""
    draw = random.Random(1)
    found: list[Any] = []
    for number in range(1000):
        score = draw.randrange(1000) / 8
        # A browser has one kind of number, and writes 2 for 2.0.
        spelled = int(score) if score.is_integer() else score
        given: Any = {"user_id": number, "name": f"Ada {number}", "score": spelled}
        found.append({"function": function, "args": given} if function else given)
    return [json.dumps(each, separators=(",", ":")).encode() for each in found]


def caller(way: Any, contender: str, name: str, middleware: list[str]) -> Ask:
    """Return what sends a contender's next request; mizan brings its own middleware, if any."""
    of_mizan = contender == "mizan"
    settings.MIDDLEWARE = ([MIZAN_MIDDLEWARE] if of_mizan and middleware else []) + middleware
    urls = settings.ROOT_URLCONF = tuple(URLS[contender])
    following = cycle(bodies(name if of_mizan else None))
    ask = way("POST", "/api/mizan/call/" if of_mizan else f"/api/{name}/")

    def call() -> Any:
        settings.ROOT_URLCONF = urls
        return ask(next(following))

    return call


def check(answers: dict[str, bytes], size: int) -> None:
    """Make sure that the answers to the first request are right, and that by hand is mizan's."""
    whole = {name: json.loads(answer) for name, answer in answers.items()}
    if whole["by hand"] != whole["mizan"]:
        raise SystemExit(f"not the same: {answers['by hand']!r:.200} by hand")
    for found in whole.values():
        _check(found, size)


def _check(found: Any, size: int) -> None:
    found = found.get("result", found) if isinstance(found, dict) else found
    first, count = (found, 1) if size == 1 else (found[0], len(found))
    if (first["id"], first["name"], count) != (0, "Ada 0", size):
        raise SystemExit(f"a wrong answer: {found!r:.200}")


def profile(call: Callable[[], Any]) -> None:
    """Print where the time of three thousand calls goes."""
    call()
    with cProfile.Profile() as profiler:
        for _ in range(3000):
            call()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def main() -> int:
    """Measure every case in every way."""
    program = Program("calls", __doc__)
    one = {"choices": [name_of(case) for case in CASES], "metavar": "CASE"}
    program.options.add_argument("--only", help="measure this case alone", **one)
    program.options.add_argument("--profile", help="profile this of mizan instead", **one)
    program.options.add_argument("--cache", action="store_true", help="mizan's of the process")
    given = program.parse()
    declare()
    for group, way, middleware in WAYS:
        if given.profile:
            profile(caller(way, "mizan", given.profile, middleware))
            continue
        for case in CASES:
            name = name_of(case)
            if given.only in (None, name):
                calls = {who: caller(way, who, name, middleware) for who in URLS}
                check({who: call() for who, call in calls.items()}, case[0])
                best = {who: time * 1e6 for who, time in race(calls, program.effort).items()}
                program.add(Row(group, name, "µs", best, floor="by hand"))
    program.finish(ABOUT, PACKAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
