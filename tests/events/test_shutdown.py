"""mizan/events/shutdown.py: who listens is told first, and who handled signals still does."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from mizan.events import shutdown


@pytest.fixture(autouse=True)
def heard() -> Iterator[list[str]]:
    """What was called; signals are handled by a handler that notes so."""
    told: list[str] = []
    before = {each: signal.getsignal(each) for each in shutdown.SIGNALS}
    for each in shutdown.SIGNALS:
        signal.signal(each, lambda *_: told.append("server"))
    yield told
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", shutdown.SIGNALS)
def test_both_hear(number: signal.Signals, heard: list[str]) -> None:
    def do() -> None:
        heard.append("streams")

    shutdown.listen(do)
    shutdown.listen(lambda: None)
    signal.raise_signal(number)
    assert heard == ["streams", "server"]
    shutdown.forget(do)
    shutdown.forget(do)
    signal.raise_signal(number)
    assert heard == ["streams", "server", "server"]


def test_what_nobody_handles_stays_so() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    shutdown.listen(lambda: None)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_thread_listens_to_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=shutdown.listen, args=(lambda: None,))
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
