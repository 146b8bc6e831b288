"""mizan.django.per_process: one of a kind for each process, made when it is asked for."""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from mizan.django.conf import SETTINGS
from mizan.django.per_process import PerProcess


class Thing:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


def things(**given: Any) -> PerProcess[Thing]:
    return PerProcess(given.get("make", Thing), given.get("problems", tuple))


def test_it_is_made_once_and_anew_once_it_was_forgotten() -> None:
    own = things()
    first = own.get()
    assert first is own.get()
    own.forget()
    assert first is not None
    assert first.closed
    assert own.get() is not first
    own.forget()
    own.forget()


def test_nothing_is_kept_as_well() -> None:
    asked: list[None] = []
    own = things(make=lambda: asked.append(None))
    assert (own.get(), own.get(), len(asked)) == (None, None, 1)
    own.forget()


def test_wrong_settings_are_said_each() -> None:
    own = things(problems=lambda: [(SETTINGS[0], "it is wrong."), (SETTINGS[1], "this too.")])
    expected = f"{SETTINGS[0].name}: it is wrong.\n{SETTINGS[1].name}: this too."
    with pytest.raises(ImproperlyConfigured) as caught:
        own.get()
    assert str(caught.value) == expected


def test_many_threads_that_ask_first_get_one() -> None:
    own = things()
    start = threading.Barrier(8)
    found: list[Any] = []

    def ask() -> None:
        start.wait()
        found.append(own.get())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 8
    assert len(set(map(id, found))) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_fork_has_its_own() -> None:
    own = things()
    before: Any = own.get()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()

    def child() -> None:
        made = own.get()
        theirs.send((made is before, made is own.get(), before.closed))

    worker = context.Process(target=child)
    worker.start()
    assert ours.poll(10)
    assert ours.recv() == (False, True, False)
    worker.join()
    assert own.get() is before
