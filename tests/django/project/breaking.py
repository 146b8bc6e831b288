"""A middleware that spoils replies, for tests of what notices that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

PATH = f"{__name__}.Breaking"

spoil: list[Callable[[Any], Any]] = []
"""What is done to each response, in order."""


class Breaking:
    """Applies `spoil`, over WSGI and ASGI."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: Any) -> Any:
        """Return the response, spoilt."""
        if iscoroutinefunction(self):
            return self._acall(request)
        return _spoilt(self.get_response(request))

    async def _acall(self, request: Any) -> Any:
        return _spoilt(await self.get_response(request))


def _spoilt(response: Any) -> Any:
    for each in spoil:
        response = each(response) or response
    return response
