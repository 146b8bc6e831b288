"""Speaks with one running port: the handshake, then requests in a pipeline (conformance/README.md).

Invariant: an answer is given out once, for a request that was sent and not yet answered; anything
else that a port does raises Fault, and `in_flight` then says which requests it owes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Generic, TypeVar

from .attach import Attached
from .channel import Fault
from .messages import HELLO, SPEC, Answer, read, read_hello, request
from .port import Process
from .vectors import payload

K = TypeVar("K")

WINDOW: Final = 512
"""Requests that are under way at a time."""
START_DEADLINE: Final = 30.0
"""Seconds that a port may take to start and shake hands: some languages start slowly."""

_REFILL: Final = WINDOW // 2


class Client(Generic[K]):
    """One running port. Requests carry a key of the caller's, and answers come back with it."""

    def __init__(
        self,
        port: Sequence[str] | str,
        deadline: float,
        start_deadline: float = START_DEADLINE,
        *,
        trace: bool = False,
    ) -> None:
        """Start the port, or connect to it, and shake hands.

        ``port`` is its command, or, as a string, the ``HOST:PORT`` where it listens; ``deadline``
        is in seconds, for each answer; ``trace`` shows the raw lines on standard error. Raises
        PortUnusable where there is no port to speak with, and Fault where what is there is no port
        of this specification.
        """
        self._process = Attached(port) if isinstance(port, str) else Process(port)
        self._process.trace = trace
        self._deadline = deadline
        self._next = 1
        self._in_flight: dict[int, K] = {}
        self._answered: dict[int, K] = {}
        try:
            self.hello = self._shake_hands(start_deadline)
        except BaseException:  # an interrupt too must not leave the program running
            self._process.close()
            raise

    @property
    def in_flight(self) -> list[K]:
        """The keys of the requests that are not answered, in the order of sending."""
        return list(self._in_flight.values())

    @property
    def is_fresh(self) -> bool:
        """Whether the port has had no request yet but the handshake."""
        return self._next == 1

    def exchange(self, requests: Iterable[tuple[K, bytes]]) -> Iterator[tuple[K, Answer]]:
        """Send every request (a key, and a line from behind its id on), yield answers as they come.

        Raises Fault: `hang` where no answer comes for the deadline, `crash`, or `rubbish`, where
        `suspect` is the key of the request that the line names; InvalidRequest for what is none.
        """
        waiting = iter(requests)
        self._send(waiting)
        while self._in_flight:
            for line in self._process.lines(self._deadline):
                yield self._take(line)
            if len(self._in_flight) <= _REFILL:
                self._send(waiting)

    def ask(self, key: K, op: str, input_: Mapping[str, Any]) -> Answer:
        """Send one request and return its answer. Raises Fault."""
        ((_, answer),) = self.exchange([(key, payload(op, input_))])
        return answer

    def finish(self) -> None:
        """Close the port's input; it must exit then. Raises Fault where it does not."""
        self._process.wait_for_end(self._deadline)

    def close(self) -> None:
        """End the port at once."""
        self._process.close()

    def _shake_hands(self, deadline: float) -> Any:
        self._process.send(request(0, payload(HELLO, {"spec": [SPEC]})))
        line, *more = self._process.lines(deadline)
        if more:
            raise Fault("rubbish", "it wrote more than one line for the handshake")
        number, answer = read(line)
        if number != 0:
            raise Fault("rubbish", f"it answered the handshake, request 0, as request {number}")
        hello = read_hello(answer)
        if SPEC not in hello.spec:
            raise Fault("rubbish", f"it implements {', '.join(hello.spec)}, and not {SPEC}")
        return hello

    def _send(self, waiting: Iterator[tuple[K, bytes]]) -> None:
        lines = []
        for key, rest in islice(waiting, WINDOW - len(self._in_flight)):
            lines.append(request(self._next, rest))
            self._in_flight[self._next] = key
            self._next += 1
        if lines:
            self._process.send(b"".join(lines))

    def _take(self, line: bytes) -> tuple[K, Answer]:
        try:
            number, answer = read(line)
        except Fault as fault:
            if isinstance(fault.suspect, int):
                fault.suspect = self._key(fault.suspect)
            raise
        if number not in self._in_flight:
            how = "a second time" if number in self._answered else "which was not asked"
            raise Fault("rubbish", f"it answered request {number} {how}", self._key(number))
        key = self._in_flight.pop(number)
        self._answered[number] = key
        return key, answer

    def _key(self, number: int) -> K | None:
        return self._in_flight.get(number, self._answered.get(number))
