"""The errors of Mizan and their codes (SPEC.md, annex B and MZ-ERR-002).

Invariant: whatever a decoder is given, what it raises is one of these, with a code of the registry.

    MizanError                 anything below: code, message, where
    ├── WireError              the peer's fault: what was received is wrong; hints at an HTTP status
    │   ├── JsonError          json.*      JSON text, or a value that is not JSON
    │   ├── CoerceError        coerce.*    a value that does not fit its declared type
    │   ├── ParamError         param.*     missing, unknown or repeated parameters
    │   ├── UrlError           url.*       a query string that cannot be read
    │   ├── HeaderError        header.*    a header field that cannot be read
    │   ├── TokenError         token.*     an identity token that is not valid
    │   └── DocumentError      document.*  a document that does not match its schema
    ├── DeclarationError       declaration.*  your code's fault: what it declares makes no sense
    └── ConfigurationError     your settings' fault
        └── SecretError        key.secret  a secret that is too short or of the wrong kind
"""

from __future__ import annotations

from typing import Any, Final

_CODES: Final = {
    "json": "syntax size utf8 integer_range number_range nan infinity duplicate surrogate depth "
    "type",
    "coerce": "type lexical range choice null",
    "param": "missing unknown repeated",
    "url": "size character percent utf8",
    "header": "size syntax item_type name two_functions duplicate_parameter bare_parameter "
    "value_type integer_form unencoded percent utf8 star held tag tag_count",
    "key": "secret",
    "token": "size malformed crit typ alg kid signature claims audience lifetime not_yet expired",
    "declaration": "name duplicate both unknown_target parameter_type default ambiguous scope by "
    "route user_scoped",
    "document": "invalid kind",
    "events": "unavailable",
}
_HTTP_CODES: Final = (
    "validation malformed unauthenticated token_invalid identity_mismatch forbidden csrf private "
    "not_found method_not_allowed too_large uri_too_long unsupported_media_type internal "
    "unavailable too_many_requests"
)
# Written out, since the generated models take too long to import; a test holds it to the schema.
KNOWN_CODES: Final = frozenset(_HTTP_CODES.split()) | {
    f"{family}.{name}" for family, names in _CODES.items() for name in names.split()
}
"""Every code of annex B. Others are possible: an application's own begin with ``app.``."""

# The status for a code, else for its family, else 400 (MZ-ERR-003).
_STATUS: Final = {
    "coerce": 422,
    "document": 422,
    "json.size": 413,
    "param": 422,
    "token": 401,
    "url.size": 414,
}


class MizanError(Exception):
    """The base of every error that Mizan raises.

    ``code`` is of annex B. ``message`` says what was wrong and what would be right. ``pointer`` is
    the JSON Pointer (RFC 6901) to the value at fault, ``position`` the offset in characters of the
    fault in a text, from 0; each is None where it means nothing. ``str()`` gives all of it.
    """

    def __init__(
        self, code: str, message: str, *, pointer: str | None = None, position: int | None = None
    ) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.pointer = pointer
        self.position = position

    def __str__(self) -> str:
        if self.position is not None:
            return f"{self.message} (at character {self.position})"
        if self.pointer:
            return f"{self.message} (at {show(self.pointer)})"
        return self.message


class WireError(MizanError):
    """The peer's fault: what was received is wrong."""

    @property
    def status(self) -> int:
        """The HTTP status that suits the code: 400, 401, 413, 414 or 422 (MZ-ERR-003)."""
        return _STATUS.get(self.code) or _STATUS.get(self.code.partition(".")[0], 400)


class JsonError(WireError):
    """``json.*``: JSON text that is refused, or a value that is not JSON (section 5)."""


class CoerceError(WireError):
    """``coerce.*``: a value that does not fit its declared type (section 5.3)."""


class ParamError(WireError):
    """``param.*``: missing, unknown or repeated parameters (section 6.2)."""


class UrlError(WireError):
    """``url.*``: a query string that cannot be read (section 6.2)."""


class HeaderError(WireError):
    """``header.*``: a header field that cannot be read (section 8)."""


class TokenError(WireError):
    """``token.*``: an identity token that is not valid (section 13)."""


class DocumentError(WireError):
    """``document.*``: a document that does not match the schema of its kind (section 4)."""


class DeclarationError(MizanError):
    """``declaration.*``: your code declares something that makes no sense (section 12)."""


class ConfigurationError(MizanError):
    """Your settings make no sense."""


class SecretError(ConfigurationError):
    """``key.secret``: a secret that is too short or of the wrong kind (sections 11 and 13)."""


# What `cls.__name__` is, whatever the class of the class makes of it.
_name_of: Final = type.__dict__["__name__"].__get__
_SHORT: Final = 64  # bits


def show(value: Any, limit: int = 60) -> str:
    """A value for an error message: printable ASCII, at most about ``limit`` characters.

    Never calls a method that the value may have redefined, and never raises.
    """
    kind = type(value)
    for base in (str, bytes):
        if issubclass(kind, base):
            cut = ascii(base.__getitem__(value, slice(limit)))
            return cut + ("..." if base.__len__(value) > limit else "")
    if value is None or kind is bool or kind is float:
        return repr(value)
    if kind is int and value.bit_length() <= _SHORT:
        return repr(value)
    # Anything else may be huge, or have a repr that fails: its type is enough.
    return f"a value of type {ascii(_name_of(kind))[1:-1][:limit]}"
