"""Problems of Django's and REST framework's own exceptions (SPEC.md, section 16).

Invariant: a form's errors become a 422 with a JSON Pointer for each field; what is not listed here
is unexpected, and a 500.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException

from mizan.pointer import step
from mizan.server.problems import STATUS, Problem, of_errors

# REST framework is optional: its exceptions are known by the module that defines their base.
_REST_FRAMEWORK = "rest_framework.exceptions"
_is_code = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*").fullmatch
# Others of their status mean something else; throttles of others have codes of their own.
_NARROW = ("csrf", "private", "malformed", "events.unavailable", "too_many_requests")
_CODES = {status: code for code, status in STATUS.items() if code not in _NARROW} | {
    401: "unauthenticated",
    400: "malformed",
}


def problem_of(error: Exception) -> Problem | None:
    """Return the problem for an exception of Django or REST framework, None for any other."""
    for kind, make in _PROBLEMS:
        if isinstance(error, kind):
            return make(error)
    if any(each.__module__ == _REST_FRAMEWORK for each in type(error).__mro__):
        return _rest_framework(error)
    return None


def too_large(limit: int) -> Problem:
    """Return the 413 for a body over a limit in bytes."""
    return Problem("too_large", f"The body is larger than {limit} bytes.")


def one_line(text: str) -> str:
    """Return what a client sent as a log may show it: line breaks in a path would write lines."""
    return text.encode("unicode_escape").decode("ascii")


def _validation(error: ValidationError) -> Problem:
    return of_errors(list(_of_validation(error)))


def _of_validation(error: ValidationError) -> Iterator[dict[str, str]]:
    by_field = getattr(error, "error_dict", None) or {NON_FIELD_ERRORS: error.error_list}
    for name, listed in by_field.items():
        for each in listed:
            yield {
                "pointer": "" if name == NON_FIELD_ERRORS else step(name),
                "code": str(each.code or "invalid"),
                "detail": " ".join(each.messages),
            }


def _suspicious(error: SuspiciousOperation) -> Problem:
    """Log what Django logs for those who watch over the site; the client hears nothing of it."""
    logging.getLogger(f"django.security.{type(error).__name__}").error(str(error), exc_info=error)
    return Problem("malformed", "The request is suspicious.")


def _rest_framework(error: Any) -> Problem:
    """Return the problem for an APIException, and for its validation errors a pointer each."""
    status, detail = int(error.status_code), error.detail
    if isinstance(detail, (dict, list)):
        return of_errors(list(_flat(detail, "")))
    own = str(getattr(detail, "code", ""))
    code = _CODES.get(status) or (own if _is_code(own) else "internal")
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = getattr(error, "auth_header", None) or 'Bearer realm="mizan"'
    if getattr(error, "wait", None) is not None:
        headers["Retry-After"] = str(int(error.wait))
    return Problem(code, str(detail), status=status, headers=headers)


def _flat(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """Yield the errors of nested fields and lists; those of a whole object have its pointer."""
    if isinstance(detail, Mapping):
        for name, each in detail.items():
            whole = name in (_non_field_errors(), NON_FIELD_ERRORS)
            yield from _flat(each, pointer if whole else pointer + step(name))
    elif isinstance(detail, list) and any(isinstance(each, (Mapping, list)) for each in detail):
        for number, each in enumerate(detail):
            yield from _flat(each, f"{pointer}/{number}")
    else:
        for each in detail if isinstance(detail, list) else [detail]:
            code = str(getattr(each, "code", "invalid"))
            yield {"pointer": pointer, "code": code, "detail": str(each)}


def _non_field_errors() -> str:
    return str(import_module("rest_framework.settings").api_settings.NON_FIELD_ERRORS_KEY)


_PROBLEMS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (Http404, lambda error: Problem("not_found", str(error) if error.args else "")),
    (ObjectDoesNotExist, lambda error: Problem("not_found", str(error))),
    (PermissionDenied, lambda error: Problem("forbidden", str(error))),
    (ValidationError, _validation),
    (RequestDataTooBig, lambda error: Problem("too_large", str(error))),
    (SuspiciousOperation, _suspicious),
    (MultiPartParserError, lambda error: Problem("malformed", f"The form cannot be read: {error}")),
    (UnreadablePostError, lambda _: Problem("malformed", "The body ended too early.")),
    (RawPostDataException, lambda _: Problem("malformed", "The body was read before.")),
)
