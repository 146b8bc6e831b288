"""Requests to the interfaces of networks, over one pool of connections per purger.

Invariant: what is raised is PurgeFailed with a code; a URL, a header or an answer is in no text.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3
from urllib3 import exceptions

from mizan.edge.base import PurgeFailed
from mizan.edge.bucket import Bucket

MAX_ANSWER = 64 * 1024
"""The largest answer that is read, in bytes."""
LONGEST_WAIT = 3600.0
"""The longest that a network's Retry-After is believed, in seconds."""

_STATUS = {401: "unauthorized", 403: "unauthorized", 408: "timeout", 429: "rate_limited"}
_CHUNK = 8192  # bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a network answered: names of headers are in small letters, fields that are there more
    than once joined by `, `."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body, a JSON object. Raises PurgeFailed."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise PurgeFailed("malformed")
        return found


class Sender:
    """Sends requests, each of which takes `timeout` seconds at most, unless the answer's head comes
    drop by drop; follows no redirect, tries once, as often as `bucket` allows; reads answers of up
    to `largest` bytes. Thread-safe."""

    def __init__(
        self, timeout: float, bucket: Bucket | None = None, *, largest: int = MAX_ANSWER
    ) -> None:
        self._timeout = timeout
        self._bucket = bucket
        self._largest = largest
        self._pool = urllib3.PoolManager(
            maxsize=4, retries=False, timeout=urllib3.Timeout(total=timeout)
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Return the answer, a 2xx. Raises PurgeFailed for any other and for none."""
        answer = self.ask(method, url, headers, body)
        if 200 <= answer.status < 300:
            return answer
        raise failure(answer)

    def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        """Return the answer, whatever its status. Raises PurgeFailed for none."""
        if self._bucket is not None:
            self._bucket.take()
        end = time.monotonic() + self._timeout
        try:
            response = self._pool.request(
                method, url, body=body, headers=dict(headers), redirect=False, preload_content=False
            )
            try:
                found = {name.lower(): text for name, text in response.headers.itermerged()}
                return Answer(response.status, found, _read(response, self._largest, end))
            except BaseException:
                response.close()  # what is left of it must not be read as another's answer
                raise
            finally:
                response.release_conn()
        except exceptions.NewConnectionError:  # urllib3 counts it among its time-outs
            raise PurgeFailed("unreachable") from None
        except (exceptions.TimeoutError, TimeoutError):
            raise PurgeFailed("timeout") from None
        except (exceptions.HTTPError, OSError, ValueError):
            raise PurgeFailed("unreachable") from None

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()


def failure(answer: Answer) -> PurgeFailed:
    """Return what an answer that is no 2xx means."""
    code = _STATUS.get(answer.status)
    if code is None:
        code = "failed" if answer.status >= 500 else "rejected"
    return PurgeFailed(code, _retry_after(answer.headers.get("retry-after", "")))


def _retry_after(value: str) -> float | None:
    """Return the seconds that a field names, or the time until its date; None for neither."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return min(max((aware - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)


def _read(response: urllib3.BaseHTTPResponse, largest: int, end: float) -> bytes:
    """Return the body. Raises PurgeFailed for one that is too large, TimeoutError for one that
    comes too slowly."""
    found = bytearray()
    while chunk := response.read1(_CHUNK):
        found += chunk
        if len(found) > largest:
            raise PurgeFailed("malformed")
        if time.monotonic() > end:
            raise TimeoutError
    return bytes(found)
