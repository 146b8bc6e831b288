"""What the project declares."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest

from mizan.django import AppError, Context, client
from rows.models import Row


class RowContext(Context):
    """One row."""


class SlowContext(Context):
    """Something that takes long to compute, and says so."""


class Refused(AppError):
    """What makes a mutation roll back."""


class Notes:
    """What this process notes of the mutation that runs: the versions that it writes, by key.

    One mutation runs at a time in a worker. `on_written` is called before the commit.
    """

    written: ClassVar[dict[int, int]] = {}
    on_written: ClassVar[Callable[[dict[int, int]], None]] = lambda _: None

    @classmethod
    def add(cls, written: dict[int, int]) -> None:
        """Note what the open transaction has written."""
        if written:
            cls.written = cls.written | written
            cls.on_written(written)


def _bump(condition: str = "", *values: Any) -> dict[int, int]:
    """Add one to the versions of rows, and return them; in order, so that none wait in a ring."""
    locked = f"SELECT key FROM rows_row {condition} ORDER BY key FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rows_row SET version = version + 1 "
            f"WHERE key IN ({locked}) RETURNING key, version",
            values,
        )
        found = dict(cursor.fetchall())
    Notes.add(found)
    return found


@client(context=RowContext)
def row(request: HttpRequest, key: int) -> int:
    """Return the version of a row."""
    return Row.objects.get(pk=key).version


@client(affects=RowContext)
def bump(request: HttpRequest, key: int) -> int:
    """Change one row."""
    return _bump("WHERE key = %s", key)[key]


@client(affects=RowContext)
def bump_all(request: HttpRequest) -> dict[str, int]:
    """Change every row."""
    return {str(key): version for key, version in _bump().items()}


@client(affects=RowContext, errors=[Refused])
def fail(request: HttpRequest, key: int) -> int:
    """Change one row, and roll that back."""
    _bump("WHERE key = %s", key)
    raise Refused("as always")


@client(affects=RowContext)
def bump_within(request: HttpRequest, key: int) -> int:
    """Change one row after a savepoint that changed it was rolled back."""
    try:
        with transaction.atomic():
            _bump("WHERE key = %s", key)
            raise Refused("as always")
    except Refused:
        return _bump("WHERE key = %s", key)[key]


@client(affects=RowContext)
def change(request: HttpRequest, key: int, by: int) -> int:
    """Change one row, on any database."""
    Row.objects.filter(pk=key).update(version=F("version") + by)
    return Row.objects.get(pk=key).version


@client(affects=RowContext)
def change_all(request: HttpRequest, by: int) -> None:
    """Change every row, on any database."""
    Row.objects.update(version=F("version") + by)


@client(context=SlowContext)
def slow(request: HttpRequest, number: int) -> int:
    """Leave a byte in the file COHERENCE_TALLY for each computation, which takes a while."""
    with Path(os.environ["COHERENCE_TALLY"]).open("ab", buffering=0) as tally:
        tally.write(b".")
    time.sleep(float(os.environ.get("COHERENCE_SLOW", "0.3")))
    return number
