"""Caches for Django, each used as its documentation says; `peers.py` plays scenarios with them.

Each reads the version of a row through its cache, changes a row or all of them in a transaction,
and purges what that makes stale as the page linked beside it tells.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from functools import partial
from typing import Any, ClassVar

from common import Web, cache_setting
from django.db import transaction
from django.db.models import F

LIFE = 900
"""Seconds that every contender is told to keep an entry."""


def rows() -> Any:
    """Return the manager of the rows; models can be imported once Django is set up."""
    from rows.models import Row

    return Row.objects


def fetch(key: int) -> int:
    """Return the version of a row, from the database."""
    version: int = rows().get(pk=key).version
    return version


class Contender(ABC):
    """A cache. It is told the URL of its Redis."""

    name: ClassVar[str]
    link: ClassVar[str]
    apps: ClassVar[list[str]] = []

    @staticmethod
    def settings(url: str) -> dict[str, Any]:
        """Return Django's settings."""
        django = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}
        return {"CACHES": {"default": django}, "MIZAN_CACHE": {"BACKEND": None}}

    @abstractmethod
    def read(self, key: int) -> int:
        """Return the version of a row, as the cache says it is."""

    def change(self, key: int) -> None:
        """Change a row."""
        with transaction.atomic():
            rows().filter(pk=key).update(version=F("version") + 1)
            self.purge(key)

    def change_all(self) -> None:
        """Change all rows."""
        with transaction.atomic():
            rows().update(version=F("version") + 1)
            for key in (1, 2):
                self.purge(key)

    def purge(self, key: int) -> None:  # noqa: B027 (some have nothing to purge)
        """Purge a row, within the transaction."""


class CachePage(Contender):
    name = "Django: cache_page"
    link = "https://docs.djangoproject.com/en/5.2/topics/cache/#the-per-view-cache"

    def __init__(self) -> None:
        from django.http import HttpRequest, HttpResponse
        from django.test import RequestFactory
        from django.views.decorators.cache import cache_page

        def view(_: HttpRequest, key: int) -> HttpResponse:
            return HttpResponse(str(fetch(key)))

        self._view = cache_page(LIFE)(view)
        self._requests = RequestFactory()

    def read(self, key: int) -> int:
        return int(self._view(self._requests.get(f"/rows/{key}/"), key).content)


class LowLevel(Contender):
    name = "Django: cache.get_or_set, delete at once"
    link = "https://docs.djangoproject.com/en/5.2/topics/cache/#the-low-level-cache-api"

    def read(self, key: int) -> int:
        from django.core.cache import cache

        return int(cache.get_or_set(f"row:{key}", partial(fetch, key), LIFE))

    def purge(self, key: int) -> None:
        from django.core.cache import cache

        cache.delete(f"row:{key}")


class LowLevelOnCommit(LowLevel):
    name = "Django: cache.get_or_set, delete on_commit"
    link = "https://docs.djangoproject.com/en/5.2/topics/db/transactions/#django.db.transaction.on_commit"

    def purge(self, key: int) -> None:
        transaction.on_commit(partial(super().purge, key))


class Cacheops(Contender):
    name = "django-cacheops"
    link = "https://github.com/Suor/django-cacheops#invalidation"
    apps: ClassVar[list[str]] = ["cacheops"]

    @staticmethod
    def settings(url: str) -> dict[str, Any]:
        return {
            **Contender.settings(url),
            "CACHEOPS_REDIS": url,
            "CACHEOPS": {"rows.row": {"ops": "get", "timeout": LIFE}},
        }

    def read(self, key: int) -> int:
        return fetch(key)

    @transaction.atomic
    def change(self, key: int) -> None:
        row = rows().nocache().get(pk=key)
        row.version += 1
        row.save()

    @transaction.atomic
    def change_all(self) -> None:
        rows().invalidated_update(version=F("version") + 1)


class CacheopsDegrading(Cacheops):
    name = "django-cacheops, DEGRADE_ON_FAILURE"
    link = "https://github.com/Suor/django-cacheops#setup"

    @staticmethod
    def settings(url: str) -> dict[str, Any]:
        return {**Cacheops.settings(url), "CACHEOPS_DEGRADE_ON_FAILURE": True}


class Cachalot(Contender):
    name = "django-cachalot"
    link = "https://django-cachalot.readthedocs.io/en/latest/quickstart.html"
    apps: ClassVar[list[str]] = ["cachalot"]

    @staticmethod
    def settings(url: str) -> dict[str, Any]:
        return {**Contender.settings(url), "CACHALOT_TIMEOUT": LIFE}

    def read(self, key: int) -> int:
        return fetch(key)


class Dogpile(Contender):
    name = "dogpile.cache"
    link = "https://dogpilecache.sqlalchemy.org/en/latest/usage.html"

    @staticmethod
    def settings(url: str) -> dict[str, Any]:
        return {**Contender.settings(url), "DOGPILE_URL": url}

    def __init__(self) -> None:
        from django.conf import settings
        from dogpile.cache import make_region

        arguments = {
            "url": settings.DOGPILE_URL,
            "redis_expiration_time": LIFE * 2,
            "distributed_lock": True,
            "thread_local_lock": False,
        }
        self._region = make_region().configure(
            "dogpile.cache.redis", expiration_time=LIFE, arguments=arguments
        )
        self._fetch: Any = self._region.cache_on_arguments()(fetch)

    def read(self, key: int) -> int:
        return int(self._fetch(key))

    def purge(self, key: int) -> None:
        transaction.on_commit(partial(self._fetch.invalidate, key))

    def change_all(self) -> None:
        with transaction.atomic():
            rows().update(version=F("version") + 1)
            transaction.on_commit(self._region.invalidate)


class Mizan(Contender):
    name = "Mizan"
    link = "docs/cache.md"
    mode = "available"

    @classmethod
    def settings(cls, url: str) -> dict[str, Any]:  # type: ignore[override] # knows its mode
        more = {"ON_UNAVAILABLE": cls.mode, "WAIT": 0.2, "TTL": LIFE}
        return {"MIZAN_CACHE": cache_setting(url, **more)}

    def __init__(self) -> None:
        self._web = Web()

    def read(self, key: int) -> int:
        from rows import mizan

        if transaction.get_connection().in_atomic_block:  # as code in a transaction calls it
            return int(mizan.row(None, key=key))
        return int(json.loads(self._web.read("row", key=key).content)["row"])

    def change(self, key: int) -> None:
        self._call("change", key=key, by=1)

    def change_all(self) -> None:
        self._call("change_all", by=1)

    def _call(self, name: str, **args: int) -> None:
        from rows import mizan

        if transaction.get_connection().in_atomic_block:
            getattr(mizan, name)(None, **args)
            return
        response = self._web.call(name, **args)
        if response.status_code != 200:
            raise RuntimeError(f"{response.status_code}")


class MizanConsistent(Mizan):
    name = "Mizan, ON_UNAVAILABLE consistent"
    mode = "consistent"


CONTENDERS: dict[str, type[Contender]] = {
    each.__name__: each
    for each in (
        CachePage,
        LowLevel,
        LowLevelOnCommit,
        Cacheops,
        CacheopsDegrading,
        Cachalot,
        Dogpile,
        Mizan,
        MizanConsistent,
    )
}
