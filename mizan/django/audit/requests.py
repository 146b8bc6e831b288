"""A sample of real requests: written by a middleware, answered again for an audit.

One request is one line of JSON: `method`, `path` with its query, `host`, `type` and `body`, `user`
(a primary key or null), `visitor` (a name for the session). What looks like a secret is starred.

Invariant: what is answered again is rolled back, in every database.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.http import HttpRequest
from django.http.request import RawPostDataException
from django.test import Client
from django.test.utils import override_settings

from mizan.django import conf

# From the beginning of a name alone, and possessive: time in proportion to the body.
_SECRET = re.compile(
    rb"""(?<![\w-])((?=[\w-]*?(?:password|passwd|secret|token|otp|card|cvc))[\w-]++"?\s*+[=:]\s*+)"""
    rb"""("(?:[^"\\]|\\.)*"|[^&,}\s]+)""",
    re.IGNORECASE,
)
_MEMBERS = {"method": str, "path": str, "host": str, "type": str, "body": str, "visitor": str}
_NO_MAIL = "django.core.mail.backends.dummy.EmailBackend"
_salt = secrets.token_bytes(16)  # so that no name of a visitor is that of a session elsewhere


class Sent(NamedTuple):
    """One recorded request."""

    method: str
    path: str
    host: str
    type: str
    body: str
    visitor: str
    user: Any


class RequestRecorder:
    """A middleware: appends each request to the file of MIZAN_AUDIT_REQUESTS. Put it last, so that
    it knows the session and the user. Raises ImproperlyConfigured without the setting."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._path = Path(conf.usable("MIZAN_AUDIT_REQUESTS") or "")
        if not self._path.name:
            raise ImproperlyConfigured("RequestRecorder needs MIZAN_AUDIT_REQUESTS, a file's path.")
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Write the request down, and have it answered."""
        if self._is_async:
            return self._acall(request)
        self._write(request)
        return self.get_response(request)

    async def _acall(self, request: HttpRequest) -> Any:
        await sync_to_async(self._write)(request)
        return await self.get_response(request)

    def _write(self, request: HttpRequest) -> None:
        line = json.dumps(_of(request)._asdict()) + "\n"
        # One write of one line, which no other worker can part; readable by its owner alone.
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)


def _of(request: HttpRequest) -> Sent:
    kind = request.headers.get("Content-Type", "")
    try:  # files are not written down
        body = b"" if kind.startswith("multipart/") else request.body
    except RawPostDataException:
        body = b""
    user = getattr(request, "user", None)
    key = getattr(getattr(request, "session", None), "session_key", None) or ""
    return Sent(
        str(request.method),
        request.get_full_path(),
        request.get_host(),
        kind,
        _SECRET.sub(rb'\1"***"', body).decode(errors="replace"),
        hmac.digest(_salt, key.encode(), "sha256").hex()[:12] if key else "",
        user.pk if user is not None and user.is_authenticated else None,
    )


def read(path: Path) -> list[Sent]:
    """Return the requests of a file. Raises ValueError, which names the line, and OSError."""
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_sent(json.loads(line)))
        except ValueError as error:
            raise ValueError(f"{path}:{number}: {error}.") from error
    return found


def _sent(document: Any) -> Sent:
    if not isinstance(document, dict) or not {"method", "path"} <= document.keys():
        raise ValueError('expected an object with "method" and "path"')
    for name, kind in _MEMBERS.items():
        if not isinstance(document.get(name, kind()), kind):
            raise ValueError(f"{name!r} is not a {kind.__name__}")  # noqa: TRY004 (of a file)
    if not document["path"].startswith("/"):
        raise ValueError(f'the path {document["path"]!r} does not begin with "/"')
    texts = {name: document.get(name, "") for name in _MEMBERS}
    return Sent(**texts, user=document.get("user"))


def replay(sample: list[Sent]) -> Iterator[tuple[Sent, int]]:
    """Answer requests again, and yield each with its status; then roll back what they did.

    Mail is not sent, and no session, cookie or CSRF token of the sample is needed.
    """
    clients: dict[tuple[str, Any], Client] = {}
    hosts = [*settings.ALLOWED_HOSTS, "testserver"]
    with ExitStack() as stack:
        stack.enter_context(override_settings(EMAIL_BACKEND=_NO_MAIL, ALLOWED_HOSTS=hosts))
        for alias in connections:
            stack.enter_context(transaction.atomic(using=alias))
            stack.callback(transaction.set_rollback, True, using=alias)
        for each in sample:
            client = clients.get((each.visitor, each.user))
            if client is None:
                client = clients[each.visitor, each.user] = _client(each)
            yield each, _status(client, each)


def _client(sent: Sent) -> Client:
    client = Client(raise_request_exception=False)
    user = get_user_model()._default_manager.filter(pk=sent.user).first() if sent.user else None
    if user is not None:
        client.force_login(user)
    return client


def _status(client: Client, sent: Sent) -> int:
    headers = {"Host": sent.host} if sent.host else {}
    with transaction.atomic():  # what a request leaves broken is no other's
        response = client.generic(
            sent.method,
            sent.path,
            sent.body,
            sent.type or "application/octet-stream",
            headers=headers,
        )
    return response.status_code
