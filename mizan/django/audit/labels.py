"""Who writes, by name: server functions, decorated ones, views, commands, tasks.

Invariant: a writer's place is where its own code begins; what is a test's has no name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from mizan.django.audit import frames
from mizan.django.audit.units import Writer
from mizan.server.catalog import Catalog
from mizan.server.declare import where
from mizan.server.effects import Run
from mizan.server.existing import Job


def of_run(catalog: Catalog, run: Run) -> Writer | None:
    """Return the server function, or the function with `@affects`, that runs; None for a block."""
    if run.name:
        return of_function(catalog, run.name)
    job = getattr(run.fn, "__self__", None)
    if not isinstance(job, Job):
        return None
    declared = tuple(_named(each.context, each.function) for each in job.effects)
    return Writer("affects", _name(job.fn), _place(job.fn), declared)


def of_function(catalog: Catalog, name: str) -> Writer:
    """Return a server function as a writer."""
    function = catalog.functions[name]
    declared = tuple(_named(each["context"], each.get("function")) for each in function.affects)
    file, _, line = where(function.fn).rpartition(":")
    place = f"{frames.relative(file)}:{line}"
    return Writer("client", name, place, declared, function.context)


def of_view(match: Any) -> Writer | None:
    """Return the view that a URL leads to; None for Mizan's own, and for one of a test's."""
    view = match.func
    admin = getattr(view, "model_admin", None)
    found = type(admin) if admin is not None else _class_of(view) or inspect.unwrap(view)
    module = getattr(found, "__module__", "")
    if module.startswith("mizan.") or not module:
        return None
    place = _place(found)
    if frames.is_test(place.rpartition(":")[0]):
        return None
    name = _name(found)
    return Writer("view", f"{name} ({match.view_name})" if admin is not None else name, place)


def of_command(command: Any) -> Writer | None:
    """Return a command of the application; None for one of a library's."""
    found = type(command)
    place = _place(found)
    if not frames.is_application(place.rpartition(":")[0]):
        return None
    return Writer("command", f"manage.py {found.__module__.rpartition('.')[2]}", place)


def of_task(task: Any) -> Writer:
    """Return a Celery task."""
    return Writer("task", task.name, _place(inspect.unwrap(task.run)))


def _class_of(view: Any) -> Any:
    return getattr(view, "view_class", None) or getattr(view, "cls", None)


def _name(found: Any) -> str:
    found = inspect.unwrap(found)
    name = getattr(found, "__qualname__", type(found).__qualname__)
    return f"{found.__module__}.{name.replace('<locals>.', '')}"


def _located(found: Any) -> str:
    found = inspect.unwrap(getattr(found, "__func__", found))
    code = getattr(found, "__code__", None)
    if code is not None:
        return frames.place_of(code)
    try:
        _, line = inspect.getsourcelines(found)
        return f"{frames.relative(inspect.getsourcefile(found) or '?')}:{line}"
    except (OSError, TypeError):
        return f"{getattr(found, '__module__', '?')}:0"


_place: Callable[[Any], str] = cache(_located)


def _named(context: str, function: str | None) -> str:
    return f"{context}/{function}" if function else context
