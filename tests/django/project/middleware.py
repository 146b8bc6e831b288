"""A middleware that does to requests and responses what a test asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.test import override_settings

_hooks: dict[str, Callable[[Any], object]] = {}


class Innermost:
    """Runs the hooks, sync or async, as Django's own middlewares do."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        if iscoroutinefunction(self):
            return self._acall(request)
        _hooks["before"](request)
        response = self.get_response(request)
        _hooks["after"](response)
        return response

    async def _acall(self, request: Any) -> Any:
        await sync_to_async(_hooks["before"])(request)
        response = await self.get_response(request)
        await sync_to_async(_hooks["after"])(response)
        return response


def _nothing(_: Any) -> None:
    """Do nothing."""


@contextmanager
def middleware(
    before: Callable[[Any], object] = _nothing,
    after: Callable[[Any], object] = _nothing,
    **others: Any,
) -> Iterator[None]:
    """Run the hooks around every view, inside the project's middleware and `others` by position."""
    listed = list(settings.MIDDLEWARE)
    for position, path in others.pop("insert", {}).items():
        listed.insert(position, path)
    _hooks.update(before=before, after=after)
    with override_settings(MIDDLEWARE=[*listed, f"{__name__}.Innermost"], **others):
        yield
