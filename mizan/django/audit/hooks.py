"""The hooks: where the audit listens while it is on. Off, none of this is there.

Invariant: what is put in place of something else is taken away again, in the opposite order; this
module is imported by nothing that runs without an audit.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from asgiref.sync import SyncToAsync
from django.core.handlers.base import BaseHandler
from django.core.management.base import BaseCommand
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.sql.compiler import SQLCompiler

from mizan.django.audit import frames, labels, schema, steps
from mizan.django.audit.recorder import Asked, Recorder
from mizan.django.audit.units import Journal
from mizan.server.invalidation import Entry

_MISSING = object()
# What shows a whole row, and who looks at it without showing it: Django, and caches of properties.
_WHOLE = frozenset({"__dict__", "__getstate__"})
_INTERNAL = ("django.db.", "django.utils.", "mizan.", "functools")
# Functions of Django's that look at columns in order to write them.
_SAVING = frozenset({"pre_save", "clean_fields", "refresh_from_db"})


@contextmanager
def installed(recorder: Recorder) -> Iterator[Recorder]:
    """Have a recorder told of everything meanwhile."""
    with ExitStack() as stack:
        for owner, name, made in _hooks(recorder):
            original = getattr(owner, name)
            own = vars(owner).get(name, _MISSING)
            setattr(owner, name, made(original))
            stack.callback(_put_back, owner, name, own)
        stack.enter_context(_connections(recorder))
        stack.enter_context(_made(recorder))
        stack.enter_context(_tasks(recorder))
        schema.forget()
        yield recorder
        recorder.units.flush()


def _put_back(owner: Any, name: str, own: Any) -> None:
    if own is _MISSING:
        delattr(owner, name)
    else:
        setattr(owner, name, own)


def _hooks(recorder: Recorder) -> list[tuple[Any, str, Callable[[Any], Any]]]:
    """Return (owner, attribute, what makes the replacement of the original)."""
    return [
        (models.Model, "__getattribute__", lambda original: _attribute(recorder, original)),
        (SQLCompiler, "execute_sql", lambda original: _query(recorder, original)),
        (BaseDatabaseWrapper, "_commit", lambda original: _ended(original, is_undone=False)),
        (BaseDatabaseWrapper, "_rollback", lambda original: _ended(original, is_undone=True)),
        (BaseDatabaseWrapper, "on_commit", lambda original: _later(recorder, original)),
        (SyncToAsync, "__call__", _awaited),
        (BaseHandler, "get_response", lambda original: _response(recorder, original)),
        (BaseHandler, "get_response_async", lambda original: _aresponse(recorder, original)),
        (BaseHandler, "resolve_request", lambda original: _resolved(recorder, original)),
        (BaseCommand, "execute", lambda original: _command(recorder, original)),
        *steps.hooks(recorder),
    ]


# -- the ORM and its connections


def _attribute(recorder: Recorder, original: Any) -> Any:
    def look(self: Any, name: str) -> Any:
        if (name[0] == "_" and name not in _WHOLE) or not recorder.is_reading():
            return original(self, name)
        known = original(self, "__dict__")
        state = known.get("_state")
        if state is None or state.adding:
            return original(self, name)  # no row yet
        caller = sys._getframe(1)  # noqa: SLF001 (cheap, and this is a hot path)
        if name in _WHOLE:
            by = caller.f_globals.get("__name__", "")
            if name == "__getstate__" or not by.startswith(_INTERNAL):
                recorder.uses_all(type(self), state.db)
        elif name in known and caller.f_code.co_name not in _SAVING:
            recorder.uses(type(self), name, state.db)
        return original(self, name)

    return look


def _query(recorder: Recorder, original: Any) -> Any:
    def execute_sql(self: Any, *args: Any, **kwargs: Any) -> Any:
        asked = Asked(bool(self.query.default_cols) and self.query.combinator is None)
        with recorder.asking(asked):
            result = original(self, *args, **kwargs)
        if result is None or result == []:
            recorder.nothing_found(asked)
        return result

    return execute_sql


def _ended(original: Any, *, is_undone: bool) -> Any:
    def end(self: Any) -> Any:
        result = original(self)
        Journal.of(self).end(is_undone=is_undone)
        return result

    return end


def _later(recorder: Recorder, original: Any) -> Any:
    def on_commit(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        # Mizan knows its own entries by their identity.
        then = func if isinstance(func, Entry) else recorder.units.resumed(func)
        return original(self, then, *args, **kwargs)

    return on_commit


def _awaited(original: Any) -> Any:
    async def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        with frames.awaiting():
            return await original(self, *args, **kwargs)

    return call


@contextmanager
def _connections(recorder: Recorder) -> Iterator[None]:
    """Wrap the execution of every connection's statements: of those to come, and this thread's."""
    wrapped: list[Any] = []

    def wrap(*, connection: Any, **_: object) -> None:
        if recorder.execute not in connection.execute_wrappers:
            connection.execute_wrappers.append(recorder.execute)
            wrapped.append(connection)

    for each in connections.all(initialized_only=True):
        wrap(connection=each)
    connection_created.connect(wrap, weak=False, dispatch_uid="mizan.audit")
    try:
        yield
    finally:
        connection_created.disconnect(dispatch_uid="mizan.audit")
        for each in wrapped:
            if recorder.execute in each.execute_wrappers:
                each.execute_wrappers.remove(recorder.execute)


@contextmanager
def _made(recorder: Recorder) -> Iterator[None]:
    """Hear of the keys of new rows, which no statement tells."""

    def made(*, sender: Any, instance: Any, created: bool, **_: object) -> None:
        if created:
            recorder.made(sender._meta.db_table, instance.pk)

    models.signals.post_save.connect(made, weak=False, dispatch_uid="mizan.audit")
    try:
        yield
    finally:
        models.signals.post_save.disconnect(dispatch_uid="mizan.audit")


# -- requests, commands, tasks


def _response(recorder: Recorder, original: Any) -> Any:
    def get_response(self: Any, request: Any) -> Any:
        with recorder.units.open(None):
            return original(self, request)

    return get_response


def _aresponse(recorder: Recorder, original: Any) -> Any:
    async def get_response_async(self: Any, request: Any) -> Any:
        with recorder.units.open(None):
            return await original(self, request)

    return get_response_async


def _resolved(recorder: Recorder, original: Any) -> Any:
    def resolve_request(self: Any, request: Any) -> Any:
        match = original(self, request)
        writer = labels.of_view(match)
        if writer is not None:
            recorder.units.name(writer)
        return match

    return resolve_request


def _command(recorder: Recorder, original: Any) -> Any:
    def execute(self: Any, *args: Any, **options: Any) -> Any:
        writer = labels.of_command(self)
        if writer is None:
            return original(self, *args, **options)
        with recorder.units.open(writer):
            return original(self, *args, **options)

    return execute


@contextmanager
def _tasks(recorder: Recorder) -> Iterator[None]:
    """Take each task of Celery, where that is there, for a unit: it may run elsewhere."""
    if "celery" not in sys.modules:
        yield
        return
    from celery import signals  # type: ignore[import-untyped]

    ends: dict[str, Callable[[bool], None]] = {}

    def begin(*, task_id: str, task: Any, **_: object) -> None:
        ends[task_id] = recorder.units.begin(labels.of_task(task), is_apart=True)

    def end(*, task_id: str, state: Any = None, **_: object) -> None:
        if task_id in ends:
            ends.pop(task_id)(state == "SUCCESS")

    signals.task_prerun.connect(begin, weak=False, dispatch_uid="mizan.audit")
    signals.task_postrun.connect(end, weak=False, dispatch_uid="mizan.audit")
    try:
        yield
    finally:
        signals.task_prerun.disconnect(dispatch_uid="mizan.audit")
        signals.task_postrun.disconnect(dispatch_uid="mizan.audit")
