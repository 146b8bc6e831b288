"""Warm hits through Django's WSGI handler: Mizan beside `cache_page`, and a view that does less.

Every contender answers the same bytes to the same thousand requests, which it has all answered
before. The floor is a view that gets the bytes from Redis by one GET, or has them.
"""

from __future__ import annotations

import cProfile
import io
import pstats
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import redis
from contenders.site import DEFAULT_MIDDLEWARE, MIZAN_MIDDLEWARE
from django.conf import settings
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import clear_url_caches, include, path
from django.views.decorators.cache import cache_page
from harness.rows import Row
from harness.timer import Effort, race

from mizan.server import Context, client
from origin.site import mizan_cache

REQUESTS = 1000
LIFE = 900
SIZES = {"1 KB": 1_000, "30 KB": 30_000}
STORES = {
    "Redis": ("one GET", "django page", "d-redis page", "d-redis get"),
    "memory": ("constant", "locmem page"),
}
"""The contenders of Mizan's store by name, the floor first."""
View = Callable[[HttpRequest], HttpResponse]


class SmallContext(Context):
    """A kilobyte."""

    user_scoped = False


class LargeContext(Context):
    """Thirty kilobytes."""

    user_scoped = False


def text(item_id: int, size: int) -> str:
    """Return what is answered for an item."""
    return f"{item_id} ".ljust(size, "x")


@client(context=SmallContext)
def small(request: HttpRequest, item_id: int) -> str:  # noqa: ARG001
    """Answer a kilobyte."""
    return text(item_id, SIZES["1 KB"])


@client(context=LargeContext)
def large(request: HttpRequest, item_id: int) -> str:  # noqa: ARG001
    """Answer thirty."""
    return text(item_id, SIZES["30 KB"])


FUNCTIONS = dict(zip(SIZES, ("small", "large"), strict=True))


def _reply(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/json")


def _body(name: str, item_id: str, size: int) -> bytes:
    return f'{{"{name}":"{text(int(item_id), size)}"}}'.encode()


def views(url: str, name: str, size: int) -> dict[str, View]:
    """Return the view of each contender, for bodies of one size."""
    server = redis.Redis.from_url(url)
    backend = caches["django-redis"]
    constant = _body(name, "0", size)

    def computed(request: HttpRequest) -> HttpResponse:
        return _reply(_body(name, request.GET["item_id"], size))

    def one_get(request: HttpRequest) -> HttpResponse:
        key = f"{name}:{request.GET['item_id']}"
        body = server.get(key)
        if body is None:
            body = _body(name, request.GET["item_id"], size)
            server.set(key, body, ex=LIFE)
        return _reply(body)

    def get_of_django_redis(request: HttpRequest) -> HttpResponse:
        key = f"{name}:{request.GET['item_id']}"
        body = backend.get(key)
        if body is None:
            body = _body(name, request.GET["item_id"], size)
            backend.set(key, body, LIFE)
        return _reply(body)

    def of_constant(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (a view takes it)
        return _reply(constant)

    return {
        "one GET": one_get,
        "django page": cache_page(LIFE, cache="django")(computed),
        "d-redis page": cache_page(LIFE, cache="django-redis")(computed),
        "d-redis get": get_of_django_redis,
        "constant": of_constant,
        "locmem page": cache_page(LIFE)(computed),
    }


def caller(urls: Any, middleware: list[str], url: str, count: int) -> Callable[[], HttpResponse]:
    """Return what sends the next of `count` requests through a handler of its own."""
    settings.MIDDLEWARE, settings.ROOT_URLCONF = middleware, urls
    handler = WSGIHandler()
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": url,
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "80",
        "HTTP_HOST": "example.org",
        "HTTP_ACCEPT": "application/json",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9",
        "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64)",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    queries = cycle([f"item_id={number}" for number in range(count)])

    def call() -> HttpResponse:
        settings.ROOT_URLCONF = urls
        response = handler({**environ, "QUERY_STRING": next(queries)}, lambda *_: None)
        response.close()
        return response

    return call


@contextmanager
def callers(
    store: str, redis_url: str, size: str, middleware: list[str], count: int
) -> Iterator[dict[str, Callable[[], HttpResponse]]]:
    """Give what calls each contender, Mizan first, once all have every answer."""
    of_mizan = (path("api/mizan/", include("mizan.django.urls")),)
    function, own = FUNCTIONS[size], [MIZAN_MIDDLEWARE] if middleware else []
    cache = mizan_cache(redis_url if store == "Redis" else None)
    with override_settings(MIZAN_CACHE=cache, MIDDLEWARE=[], ROOT_URLCONF=of_mizan):
        clear_url_caches()
        found = {"mizan": caller(of_mizan, own + middleware, f"/api/mizan/ctx/{function}/", count)}
        known = views(redis_url, function, SIZES[size])
        for name in STORES[store]:
            # Included, as Django's tutorial has it, and as Mizan's URLs are.
            urls = (path("api/", include([path(f"{function}/", known[name])])),)
            found[name] = caller(urls, middleware, f"/api/{function}/", count)
        for name, call in found.items():
            _warm(name, call, function, SIZES[size], count)
        yield found


def _warm(
    name: str, call: Callable[[], HttpResponse], function: str, size: int, count: int
) -> None:
    """Let a contender answer every request twice; make sure that the second answer is right."""
    for _ in range(count):
        call()
    for number in range(count):
        response = call()
        item = "0" if name == "constant" else str(number)
        if response.content != _body(function, item, size):
            raise SystemExit(f"{name} answered {response.content!r:.200}")
        if name == "mizan" and response["Cache-Status"] != "mizan; hit":
            raise SystemExit(f"no hit: {response.headers}")


def profile(store: str, redis_url: str, size: str) -> None:
    """Print where the time of three thousand of Mizan's hits goes."""
    with callers(store, redis_url, size, [], REQUESTS) as calls:
        call = calls["mizan"]
        with cProfile.Profile() as profiler:
            for _ in range(3000):
                call()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def rows(redis_url: str, effort: Effort, count: int = REQUESTS) -> Iterator[Row]:
    """Yield a row for each store, set of middleware and size."""
    for store, names in STORES.items():
        for title, middleware in (("no", []), ("Django's default", DEFAULT_MIDDLEWARE)):
            for size in SIZES:
                with callers(store, redis_url, size, middleware, count) as calls:
                    times = race(calls, effort, time.perf_counter)
                micro = {name: seconds * 1e6 for name, seconds in times.items()}
                yield Row(f"Hits, {store}, {title} middleware", size, "µs", micro, names[0])
