"""Problem documents: what went wrong, as a client reads it (SPEC.md, section 16; RFC 9457).

Invariant: a problem never says more than the client may know; the detail of an unexpected error is
for debugging only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, ClassVar

from mizan.errors import WireError
from mizan.protocol.canonical import canonical_json

_TYPE = "https://w3id.org/mizan/v1/errors/"

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
    "internal": 500,
    "unavailable": 503,
}


@dataclass
class Problem(Exception):
    """An error with its document. `headers` are sent with it (`Allow`, `Retry-After`, …)."""

    code: str
    detail: str = ""
    status: int = 0
    errors: Sequence[Mapping[str, str]] = ()
    data: Mapping[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the status from the code where none was given."""
        self.status = self.status or STATUS.get(self.code, 500)
        super().__init__(self.detail)

    def document(self) -> dict[str, Any]:
        """Return the problem document (`error.schema.json`)."""
        document: dict[str, Any] = {
            "type": _TYPE + self.code,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
        }
        members = {"detail": self.detail, "errors": list(self.errors), "data": self.data}
        return document | {name: value for name, value in members.items() if value}

    def body(self) -> bytes:
        """Return the document as it goes out."""
        return canonical_json(self.document()).encode()


class AppError(Exception):
    """The base of an application's own errors, declared by `@client(errors=[…])`.

    Subclasses set `code` (`app.…`; default: from the class's name) and `status` (default 409), and
    pass typed fields as keyword arguments; annotations on the class describe them.

        class OutOfStock(AppError):
            status = 409
            left: int

        raise OutOfStock("Only two left.", left=2)
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 409

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Derive the code from the class's name where the class gives none."""
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            from mizan.server.context import wire_name

            cls.code = "app." + wire_name(cls.__name__.removesuffix("Error"))

    def __init__(self, detail: str = "", **fields: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields


def of_wire_error(error: WireError) -> Problem:
    """Return the problem for input that the protocol refuses: whole (400, 413, 414), or by place."""
    whole = {400: "malformed", 413: "too_large", 414: "uri_too_long"}.get(error.status)
    if whole:
        return Problem(whole, str(error))
    place = {"pointer": error.pointer or "", "code": error.code, "detail": error.message}
    return Problem("validation", "1 parameter is not valid.", errors=[place])


def of_errors(errors: Sequence[Mapping[str, str]]) -> Problem:
    """Return the 422 for arguments that are not valid."""
    what = "1 argument is" if len(errors) == 1 else f"{len(errors)} arguments are"
    return Problem("validation", f"{what} not valid.", errors=errors)
