"""Problem documents: what went wrong, as a client reads it (SPEC.md, section 16; RFC 9457).

Invariant: a problem never says more than the client may know; the detail of an unexpected error is
for debugging only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar

from mizan.errors import WireError
from mizan.protocol.canonical import canonical_json

P = ParamSpec("P")
T = TypeVar("T")

_TYPE = "https://w3id.org/mizan/v1/errors/"

MOST_ERRORS = 100
"""How many refused arguments a problem lists, so that no reply is much larger than its request."""

# code -> status (SPEC.md, MZ-ERR-003)
STATUS = {
    "malformed": 400,
    "unauthenticated": 401,
    "token_invalid": 401,
    "identity_mismatch": 401,
    "forbidden": 403,
    "csrf": 403,
    "private": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "too_large": 413,
    "uri_too_long": 414,
    "unsupported_media_type": 415,
    "validation": 422,
    "too_many_requests": 429,
    "internal": 500,
    "events.unavailable": 501,
    "unavailable": 503,
}
# The phrases of RFC 9110, which older Pythons spell as its predecessors did.
_PHRASES = {each.value: each.phrase for each in HTTPStatus} | {
    413: "Content Too Large",
    414: "URI Too Long",
    422: "Unprocessable Content",
}
_WHOLE = {400: "malformed", 413: "too_large", 414: "uri_too_long"}
_is_code = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*").fullmatch


@dataclass(eq=False)
class Problem(Exception):  # noqa: N818 (the word of RFC 9457)
    """An error with its document. `headers` are sent with it (`Allow`, `Retry-After`, …).

    `errors` are {"pointer", "code", "detail"} each; `function` is the one of a context that failed.
    """

    code: str
    detail: str = ""
    status: int = 0
    errors: Sequence[Mapping[str, str]] = ()
    data: Mapping[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    function: str | None = None

    def __post_init__(self) -> None:
        """Take the status from the code where none was given."""
        self.status = self.status or STATUS.get(self.code, 500)
        super().__init__(self.detail)

    def document(self) -> dict[str, Any]:
        """Return the problem document (`error.schema.json`)."""
        document: dict[str, Any] = {
            "type": _TYPE + self.code,
            "title": _PHRASES.get(self.status, "Error"),
            "status": self.status,
            "code": self.code,
        }
        members = {
            "detail": self.detail,
            "function": self.function,
            "errors": list(self.errors),
            "data": self.data,
        }
        return document | {name: value for name, value in members.items() if value}

    def body(self) -> bytes:
        """Return the document as it goes out."""
        return canonical_json(self.document()).encode()


def of_wire_error(error: WireError) -> Problem:
    """Return the problem for input that the protocol refuses: as a whole, or by place (422)."""
    whole = _WHOLE.get(error.status)
    if whole:
        return Problem(whole, str(error))
    place = {"pointer": error.pointer or "", "code": error.code, "detail": error.message}
    return Problem("validation", "1 parameter is not valid.", errors=[place])


def of_errors(errors: Sequence[Mapping[str, str]]) -> Problem:
    """Return the 422 for arguments that are not valid, the first MOST_ERRORS of them. A code that
    is none becomes `invalid`."""
    what = "1 argument is" if len(errors) == 1 else f"{len(errors)} arguments are"
    if len(errors) > MOST_ERRORS:
        what = f"More than {MOST_ERRORS} arguments are"
    listed = [
        {**each, "code": each["code"] if _is_code(each["code"]) else "invalid"}
        for each in errors[:MOST_ERRORS]
    ]
    return Problem("validation", f"{what} not valid.", errors=listed)


def reading(read: Callable[P, T]) -> Callable[P, T]:
    """Make a function that reads a request raise problems for what the protocol refuses."""

    @wraps(read)
    def reads(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return read(*args, **kwargs)
        except WireError as error:
            raise of_wire_error(error) from error

    return reads
