"""A checked reply, as tests look at it."""

from __future__ import annotations

from typing import Any

from mizan.protocol.targets import Target, serialise
from mizan.testing.replies import Received


class Reply:
    """A reply that was checked. `response` is Django's own.

    `status` and `headers` (by name in lower case) are as they came; `document` is the body as JSON,
    None where it is none; `targets` is what the reply says is stale.
    """

    def __init__(self, response: Any, received: Received) -> None:
        self.response = response
        self.status = received.status
        self.headers = received.headers
        self.document = received.document
        self.targets: tuple[Target, ...] = received.targets
        self._received = received

    @property
    def result(self) -> Any:
        """What the function of a call returned. AssertionError where the call failed."""
        self._must_be("call")
        return self.document["result"]

    @property
    def data(self) -> dict[str, Any]:
        """The bundle of a read, by function. AssertionError where the read failed."""
        self._must_be("context")
        return dict(self.document)

    def __getitem__(self, function: str) -> Any:
        """Return the result of one function of a read."""
        return self.data[function]

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document. AssertionError where the reply is none."""
        assert self._received.is_problem, f"{self!r} is no problem document."  # noqa: S101
        return dict(self.document)

    @property
    def stale(self) -> str:
        """The targets as text, as `X-Mizan-Invalidate` writes them, without its limit."""
        return ", ".join(serialise(target) for target in self.targets)

    def __repr__(self) -> str:
        """Return a text with the status, what failed, and what is stale."""
        what = self._received.name or self._received.kind
        document = self.document if self._received.is_problem else None
        failed = f" {document['code']}: {document.get('detail', '')}" if document else ""
        stale = f" stale: {self.stale}" if self.targets else ""
        return f"<reply {self.status} of {what}{failed}{stale}>"

    def _must_be(self, kind: str) -> None:
        if self._received.kind != kind or self.status != 200 or self.document is None:
            what = "the result of a call" if kind == "call" else "the bundle of a read"
            raise AssertionError(f"{self!r} is not {what}: {self.document!r}")
