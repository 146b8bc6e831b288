"""What one writes by hand: a queue for each connection, and a view that fills those of a user.

It asks nobody who he is, replays nothing, and bounds nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator

from django.db import transaction
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from page import models

_loop: asyncio.AbstractEventLoop
_queues: dict[int, set[asyncio.Queue[bytes]]] = defaultdict(set)


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Answer with a stream of what happens to a user."""
    global _loop
    _loop = asyncio.get_running_loop()
    user = int(request.GET["user_id"])
    return StreamingHttpResponse(_frames(user), content_type="text/event-stream")


async def _frames(user: int) -> AsyncIterator[bytes]:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    _queues[user].add(queue)
    try:
        yield b"event: ready\ndata: {}\n\n"
        while True:
            try:
                yield await asyncio.wait_for(queue.get(), 15)
            except TimeoutError:
                yield b": beat\n\n"
    finally:
        _queues[user].discard(queue)


@csrf_exempt
def change(request: HttpRequest) -> JsonResponse:
    """Change a row, and tell so."""
    user = json.loads(request.body)["args"]["user_id"]
    with transaction.atomic():
        changed = models.change(user)
    frame = f'data: {{"call": "{request.headers["X-Mizan-Call"]}"}}\n\n'.encode()
    if "_loop" in globals():
        _loop.call_soon_threadsafe(_tell, user, frame)
    return JsonResponse({"result": changed})


def _tell(user: int, frame: bytes) -> None:
    for queue in _queues[user]:
        queue.put_nowait(frame)
