"""Calls and reads through Django's handlers, beside django-ninja, REST framework and by hand.

usage: scripts/bench calls [--only CASE] [--cache] [--profile CASE]

A function with three arguments answers with 1, 20 or 500 rows of a pydantic model: as a plain
function, as a mutation in a transaction, and as a read by GET (the cases plain_1, mutation_20,
read_500 and so on); through WSGI without middleware and with Django's default ones, and through
ASGI with those. The origin cache is off, for the others have none that a mutation would have to
purge; `--cache` turns on the one of the process. "by hand", the floor, is what a careful person
writes with pydantic (`contenders/calls.py`, `contenders/reads.py`). All run in one process and take
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
from urllib.parse import quote, urlencode

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

ABOUT = """Calls and reads through Django's handlers, in one process

A function with three arguments answers with 1, 20 or 500 rows of a pydantic model, as a plain
function, as a mutation in a transaction and as a read by GET. *By hand* is a view that a careful
person writes with pydantic: the method checked, the body or the query validated, the same JSON
answered. Microseconds of CPU time; a thousand different requests in turn. The origin cache is off,
for the others have none."""
PACKAGES = ("Django", "pydantic", "django-ninja", "djangorestframework")
urlpatterns = URLS["mizan"]
WAYS: list[tuple[str, Any, list[str]]] = [
    ("WSGI, no middleware", wsgi, []),
    ("WSGI, Django's default middleware", wsgi, DEFAULT_MIDDLEWARE),
    ("ASGI, Django's default middleware", asgi, DEFAULT_MIDDLEWARE),
]


def arguments() -> list[dict[str, Any]]:
    """Return the arguments of a thousand different requests."""
    draw = random.Random(1)
    found = []
    for number in range(1000):
        score = draw.randrange(1000) / 8
        # A browser has one kind of number, and writes 2 for 2.0.
        spelled = int(score) if score.is_integer() else score
        found.append({"user_id": number, "name": f"Ada {number}", "score": spelled})
    return found


def requests(way: Any, contender: str, name: str) -> tuple[Ask, list[dict[str, Any]]]:
    """Return what sends a contender's requests for a case, and what it is given for each."""
    of_mizan = contender == "mizan"
    given = arguments()
    if name.startswith("read"):
        path = f"/api/mizan/ctx/{name}/" if of_mizan else f"/api/{name}/"
        return way("GET", path), [{"query": urlencode(each, quote_via=quote)} for each in given]
    bodies = [{"function": name, "args": each} for each in given] if of_mizan else given
    spelled = [json.dumps(each, separators=(",", ":")).encode() for each in bodies]
    path = "/api/mizan/call/" if of_mizan else f"/api/{name}/"
    return way("POST", path), [{"body": each} for each in spelled]


def caller(way: Any, contender: str, name: str, middleware: list[str]) -> Ask:
    """Return what sends a contender's next request; mizan brings its own middleware, if any."""
    own = [MIZAN_MIDDLEWARE] if contender == "mizan" and middleware else []
    settings.MIDDLEWARE = own + middleware
    urls = settings.ROOT_URLCONF = tuple(URLS[contender])
    ask, inputs = requests(way, contender, name)
    following = cycle(inputs)

    def call() -> Any:
        settings.ROOT_URLCONF = urls
        return ask(**next(following))

    return call


def check(answers: dict[str, bytes], name: str, size: int) -> None:
    """Make sure that the answers to the first request are right, and that by hand is mizan's."""
    whole = {name: json.loads(answer) for name, answer in answers.items()}
    if whole["by hand"] != whole["mizan"]:
        raise SystemExit(f"not the same: {answers['by hand']!r:.200} by hand")
    for found in whole.values():
        _check(found.get("result", found.get(name, found)) if type(found) is dict else found, size)


def _check(found: Any, size: int) -> None:
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
                check({who: call() for who, call in calls.items()}, name, case[1])
                best = {who: time * 1e6 for who, time in race(calls, program.effort).items()}
                program.add(Row(group, name, "µs", best, floor="by hand"))
    program.finish(ABOUT, PACKAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
