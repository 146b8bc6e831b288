"""Django as the server's host (`mizan.server.host.Host`).

Invariant: everything of Django that the server needs goes through here, and nothing else does.
"""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from mizan.compat import escape
from mizan.django import auth, conf
from mizan.django.request import PublicRequest, Witness, watched
from mizan.protocol.targets import Target
from mizan.server import problems
from mizan.server.invalidation import Entry
from mizan.server.problems import Problem

logger = logging.getLogger("mizan.request")


class DjangoHost:
    """Django, as the server's steps use it. `base_url` is where `mizan.django.urls` are included."""

    response_types = (HttpResponseBase,)
    upload_types = (UploadedFile,)
    token_identity = staticmethod(auth.token_identity)
    session_identity = staticmethod(auth.session_identity)
    has_session = staticmethod(auth.has_session)
    check_csrf = staticmethod(auth.check_csrf)

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.identity_params = tuple(conf.get("MIZAN_IDENTITY_PARAMS"))
        self.edge = conf.get("MIZAN_EDGE")
        self.body_limit = conf.get("MIZAN_BODY_LIMIT")
        self.view_urls = conf.get("MIZAN_VIEW_URLS")
        self._vary = frozenset(conf.vary())

    @property
    def debug(self) -> bool:
        """Whether Django runs with DEBUG."""
        return bool(settings.DEBUG)

    def body(self, request: HttpRequest) -> bytes:
        """Return the body. Raises Problem (413) over MIZAN_BODY_LIMIT."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > self.body_limit:
            raise _too_large(self.body_limit)
        try:
            body = request.body
        except RequestDataTooBig as error:
            raise _too_large(self.body_limit) from error
        if len(body) > self.body_limit:
            raise _too_large(self.body_limit)
        return body

    def form(self, request: HttpRequest) -> tuple[bytes, dict[str, Any]]:
        """Return (part `call`, files by name) of a multipart call."""
        try:
            part, files = request.POST.get("call"), request.FILES
        except RequestDataTooBig as error:
            raise _too_large(self.body_limit) from error
        if part is None and "call" in files:
            part = files["call"].read()
        if part is None:
            raise Problem("malformed", 'A multipart call needs a part "call" with the JSON.')
        text = part.encode() if isinstance(part, str) else bytes(part)
        return text, {name: files[name] for name in files if name != "call"}

    def fields(self, request: HttpRequest) -> dict[str, Any]:
        """Return query and form fields: the last of each name, as Django's forms take them."""
        found = {**request.GET.dict(), **request.POST.dict(), **request.FILES.dict()}
        found.pop("csrfmiddlewaretoken", None)
        return found

    def permitted(self, request: HttpRequest, permission: Any) -> bool:
        """Whether the user has a permission by name, or a callable says so."""
        if callable(permission):
            return bool(permission(request))
        user = getattr(request, "user", None)
        return user is not None and user.has_perm(permission)

    def atomic(self) -> AbstractContextManager[Any]:
        """Return a transaction of the default database."""
        return transaction.atomic()

    def tie(self, entry: Entry) -> None:
        """Tie an entry to the open savepoint: Django drops its callback when that rolls back."""
        connection = transaction.get_connection()
        if connection.in_atomic_block:
            transaction.on_commit(entry)
        else:
            entry()

    def is_alive(self, entry: Entry) -> bool:
        """Whether an entry was committed, or waits for the commit."""
        if entry.committed:
            return True
        return any(
            callback is entry for _, callback, *_ in transaction.get_connection().run_on_commit
        )

    def after_commit(self, targets: tuple[Target, ...]) -> None:
        """Purge what no reply carries, once the open transaction commits."""

    def plain(self, value: Any) -> Any:
        """Return querysets and managers as lists."""
        if isinstance(value, models.Manager):
            return list(value.all())
        return list(value) if isinstance(value, models.QuerySet) else value

    def is_lazy(self, value: Any) -> bool:
        """Whether shaping a value may ask the database."""
        if isinstance(value, (list, tuple)):
            return bool(value) and self.is_lazy(value[0])
        return isinstance(value, (models.QuerySet, models.Manager, models.Model))

    def witnessed(self, request: HttpRequest) -> tuple[Any, AbstractContextManager[Witness]]:
        """Return a request that is watched, and the context in which to run public functions."""
        witness = Witness(self._vary, strict=self.debug)
        return PublicRequest(request, witness), watched(witness)

    def problem(self, error: Exception) -> Problem | None:
        """Return the problem for Django's, DRF's and pydantic's own exceptions."""
        for kind, make in _PROBLEMS:
            if isinstance(error, kind):
                return make(error)
        return _rest_framework(error)

    def report(self, error: Exception, request: HttpRequest) -> None:
        """Log an unexpected error where Django logs its own."""
        logger.error(
            "mizan.unexpected", exc_info=error, extra={"request": request, "status_code": 500}
        )


def _too_large(limit: int) -> Problem:
    return Problem("too_large", f"The body is larger than {limit} bytes.")


def _validation(error: ValidationError) -> Problem:
    if not hasattr(error, "error_dict"):
        return problems.of_errors([_place("", each) for each in error.error_list])
    return problems.of_errors(
        [
            _place("" if name == NON_FIELD_ERRORS else f"/{escape(name)}", each)
            for name, listed in error.error_dict.items()
            for each in listed
        ]
    )


def _place(pointer: str, error: ValidationError) -> dict[str, str]:
    return {"pointer": pointer, "code": error.code or "invalid", "detail": " ".join(error.messages)}


def _rest_framework(error: Exception) -> Problem | None:
    """Return the problem for an exception of Django REST framework, known by its shape."""
    detail, status = getattr(error, "detail", None), getattr(error, "status_code", None)
    if status is None or detail is None or not type(error).__module__.startswith("rest_framework"):
        return None
    if status == 400:
        return problems.of_errors(list(_flat(detail, "")))
    codes = {401: "unauthenticated", 403: "forbidden", 404: "not_found"}
    return Problem(codes.get(status, "internal"), str(detail), status=status)


def _flat(detail: Any, pointer: str) -> Any:
    if isinstance(detail, dict):
        for name, each in detail.items():
            yield from _flat(
                each, pointer if name == "non_field_errors" else f"{pointer}/{escape(str(name))}"
            )
    elif isinstance(detail, list) and detail and isinstance(detail[0], (dict, list)):
        for number, each in enumerate(detail):
            yield from _flat(each, f"{pointer}/{number}")
    else:
        for each in detail if isinstance(detail, list) else [detail]:
            yield {
                "pointer": pointer,
                "code": getattr(each, "code", "invalid"),
                "detail": str(each),
            }


_PROBLEMS: tuple[tuple[type[Exception], Any], ...] = (
    (Http404, lambda error: Problem("not_found", str(error) if error.args else "")),
    (ObjectDoesNotExist, lambda error: Problem("not_found", str(error))),
    (PermissionDenied, lambda error: Problem("forbidden", str(error))),
    (ValidationError, _validation),
    (SuspiciousOperation, lambda error: Problem("malformed", "The request is suspicious.")),
)
