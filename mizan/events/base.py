"""What a broker of events does, whichever store it has (SPEC.md, section 17).

Writers publish what they made stale; each process that serves subscribers follows. A *position* is
the id of a message: opaque, 1 to 64 characters of ``[A-Za-z0-9._-]``, and never given twice, not
even by a broker that lost its data.

Invariant: who follows gets every message, in the same order as all others do, or a Gap.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import NamedTuple, Protocol

from mizan.protocol.targets import Target

REPLAY = 10_000
"""How many of the latest messages a broker keeps, unless it is told otherwise."""


class BrokerUnavailable(Exception):  # noqa: N818 (a state: the broker cannot be reached)
    """The broker did not take a message, or nobody knows whether it did."""


class Message(NamedTuple):
    """What one mutation made stale: its position, a canonical set, and the nonce of the call that
    did it (`X-Mizan-Call`), empty where there is none."""

    id: str
    targets: tuple[Target, ...]
    call: str = ""


class Gap(NamedTuple):
    """Messages may be missing before this. What follows until CaughtUp are messages of the past,
    those that came after position `id`; followers begin with a gap, too."""

    id: str


class CaughtUp(NamedTuple):
    """All that was published before the following began, or before it was begun anew, has been
    given."""


Item = Message | Gap | CaughtUp


class Broker(Protocol):
    """A broker. `publish` may be called from any thread."""

    aio: AsyncBroker
    """Publishing as a coroutine, for event loops."""

    def publish(self, targets: tuple[Target, ...], call: str = "") -> None:
        """Publish a canonical set of targets, and the nonce of a call. Raises BrokerUnavailable.

        A message that is published twice does no harm.
        """

    def follow(self) -> AsyncGenerator[Item]:
        """Yield a Gap, the latest messages, CaughtUp, and then each message as it is published.

        Goes on for as long as it is asked: what fails is tried again, and where something may have
        been missed meanwhile there is a Gap, and so on as at the beginning. Each event loop of a
        process has one follower of its own.
        """

    def close(self) -> None:
        """Close connections."""


class AsyncBroker(Protocol):
    """The method of Broker that publishes, as a coroutine."""

    async def publish(self, targets: tuple[Target, ...], call: str = "") -> None: ...
