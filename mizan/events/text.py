"""Events as text of `text/event-stream` (SPEC.md, section 17; HTML, section 9.2).

Invariant: each returns whole frames, so a reader never waits for the rest of one; no value can
begin a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterable

from mizan.events.subscription import Beat, End, Event, Invalidate
from mizan.protocol.canonical import canonical_json
from mizan.protocol.targets import Instance, target_text

RETRY_MS = 2000
"""After how long a browser's own EventSource connects again."""


def ready(
    position: str | None, heartbeat: float, refused: Iterable[tuple[Instance, int]] = ()
) -> bytes:
    """Return the frames that begin a stream.

    `position`: where it begins, None where what came before it is told first; `heartbeat`: the
    longest silence, in seconds; `refused`: instances that nothing is told of, and the status that
    a read of them is answered.
    """
    data = canonical_json(
        {
            "heartbeat": heartbeat,
            "refused": [
                {"context": context, "params": dict(params), "status": status}
                for (context, params), status in refused
            ],
        }
    )
    place = "" if position is None else f"id: {position}\n"
    return f"retry: {RETRY_MS}\n\nevent: ready\n{place}data: {data}\n\n".encode()


def frame(event: Event) -> bytes:
    """Return the frame of what a subscription gave."""
    if isinstance(event, Beat):
        # Without data: it moves a reader's last id, and dispatches nothing.
        return f"id: {event.id}\n\n".encode()
    if isinstance(event, End):
        return f'event: end\ndata: {{"reason":"{event.reason}"}}\n\n'.encode()
    return _invalidate(event)


def _invalidate(event: Invalidate) -> bytes:
    call = f'"call":"{event.call}",' if event.call else ""
    targets = ",".join(map(target_text, event.targets))
    data = f'{{{call}"spread":{event.spread},"targets":[{targets}]}}'
    return f"event: invalidate\nid: {event.id}\ndata: {data}\n\n".encode()
