"""Calls through Django's WSGI handler: this project beside django-ninja, REST framework, by hand.

usage: calls.py [--rounds N] [--only CASE] [--profile CASE] [--cache]
                                                                  (a case: plain_1, mutation_20, …)

A function with three arguments answers with 1, 20 or 500 rows of a pydantic model: as a plain
function, and as a mutation in a transaction; without middleware and with Django's default ones.
The origin cache is off, for the others have none that a mutation would have to purge; `--cache`
turns on the one of the process. "By hand" is what a careful person writes with pydantic
(`contenders/calls.py`). All run in one process, a few calls in turn; the times are CPU time, the
best of all rounds, so that other load on the machine counts little.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import json
import pstats
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import django
from contenders.middleware import DEFAULT_MIDDLEWARE, MIZAN_MIDDLEWARE
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
        "django.contrib.messages",
        "mizan.django",
    ],
    MIDDLEWARE=[],
    MIZAN_CACHE={"BACKEND": "memory" if "--cache" in sys.argv else None},
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    ROOT_URLCONF=__name__,
    SECRET_KEY="protects nothing here",  # noqa: S106 (see its value)
)
django.setup()

# What reads Django's settings is imported after them.
import ninja  # noqa: E402
import pydantic  # noqa: E402
import rest_framework  # noqa: E402
from contenders.calls import CASES, URLS, Case, declare, name_of  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import HttpResponse  # noqa: E402

import mizan  # noqa: E402

GOAL = 1.3
urlpatterns = URLS["mizan"]
_HEADS = (URLS, [name for name in URLS if name != "mizan"])


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


def handler_of(contender: str, middleware: list[str]) -> WSGIHandler:
    """Return Django's handler with the middleware; mizan's brings its own, as its checks want."""
    own = [MIZAN_MIDDLEWARE] if contender == "mizan" and middleware else []
    settings.MIDDLEWARE = own + middleware
    settings.ROOT_URLCONF = tuple(URLS[contender])
    return WSGIHandler()


def caller(handler: WSGIHandler, contender: str, name: str) -> Callable[[], HttpResponse]:
    """Return what sends a contender's next request, as a WSGI server does."""
    of_mizan = contender == "mizan"
    following = cycle(bodies(name if of_mizan else None))
    fixed = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/api/mizan/call/" if of_mizan else f"/api/{name}/",
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "80",
        "HTTP_HOST": "example.org",
        "HTTP_ACCEPT": "application/json",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64)",
        "CONTENT_TYPE": "application/json",
        "QUERY_STRING": "",
        "wsgi.url_scheme": "http",
    }

    def call() -> HttpResponse:
        body = next(following)
        length = str(len(body))
        environ = {**fixed, "CONTENT_LENGTH": length, "wsgi.input": io.BytesIO(body)}
        response = handler(environ, lambda *_: None)
        response.close()
        return response

    return call


def check(responses: dict[str, HttpResponse], size: int) -> None:
    """Make sure that the answers to the first request are right, and that by hand is mizan's."""
    whole = {name: json.loads(response.content) for name, response in responses.items()}
    if whole["by hand"] != whole["mizan"]:
        raise SystemExit(f"not the same: {responses['by hand'].content!r:.200} by hand")
    for found in whole.values():
        _check(found, size)


def _check(found: Any, size: int) -> None:
    found = found.get("result", found) if isinstance(found, dict) else found
    first, count = (found, 1) if size == 1 else (found[0], len(found))
    if (first["id"], first["name"], count) != (0, "Ada 0", size):
        raise SystemExit(f"a wrong answer: {found!r:.200}")


def measure(calls: dict[str, Callable[[], Any]], rounds: int, count: int) -> dict[str, float]:
    """Return the best CPU time of a call in microseconds, by contender; they take turns."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            settings.ROOT_URLCONF = tuple(URLS[name])
            call()
            start = time.process_time_ns()
            for _ in range(count):
                call()
            best[name] = min(best[name], (time.process_time_ns() - start) / count / 1000)
    return best


def first(name: str, call: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the answer to a contender's first request."""
    settings.ROOT_URLCONF = tuple(URLS[name])
    return call()


def show(case: Case, best: dict[str, float]) -> bool:
    """Print a row, and return whether it reaches the goal."""
    mine = best["mizan"]
    ratios = {name: mine / time for name, time in best.items() if name != "mizan"}
    reached = ratios["by hand"] <= GOAL and ratios["ninja"] < 1 and ratios["DRF"] < 1
    times = "".join(f"{time:10.0f}" for time in best.values())
    against = "".join(f"{ratio:10.2f}" for ratio in ratios.values())
    print(_line(name_of(case), times, against) + ("" if reached else "  missed"))
    return reached


def _line(case: str, times: str, ratios: str) -> str:
    return f"  {case:14}{times:>40}  |{ratios:>30}"


def profile(call: Callable[[], Any]) -> None:
    """Print where the time of three thousand calls goes."""
    settings.ROOT_URLCONF = tuple(URLS["mizan"])
    call()
    with cProfile.Profile() as profiler:
        for _ in range(3000):
            call()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(40)


def main() -> int:
    """Print a table for each set of middleware."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--only", metavar="CASE", help="measure this case alone")
    parser.add_argument("--profile", metavar="CASE", help="profile this case of mizan instead")
    parser.add_argument("--cache", action="store_true", help="with mizan's cache of the process")
    arguments = parser.parse_args()
    declare()
    print(
        f"Python {sys.version.split()[0]}, Django {django.__version__}, mizan {mizan.__version__},"
        f" pydantic {pydantic.VERSION}, django-ninja {ninja.__version__},"
        f" REST framework {rest_framework.VERSION}"
    )
    missed = 0
    rounds = arguments.rounds
    for title, middleware in (("No", []), ("Django's default", DEFAULT_MIDDLEWARE)):
        handlers = {name: handler_of(name, middleware) for name in URLS}
        if arguments.profile:
            profile(caller(handlers["mizan"], "mizan", arguments.profile))
            continue
        print(f"\n{title} middleware")
        print(_line("", "microseconds a call", "mizan's time to that of"))
        print(_line("", *("".join(f"{name:>10}" for name in names) for names in _HEADS)))
        for case in CASES:
            if arguments.only not in (None, name_of(case)):
                continue
            calls = {name: caller(handlers[name], name, name_of(case)) for name in URLS}
            check({name: first(name, call) for name, call in calls.items()}, case[0])
            missed += not show(case, measure(calls, rounds, max(2, 10 // case[0])))
    print(f"\nGoal: at most {GOAL} to by hand, under 1 to the others. Missed: {missed}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
