"""mizan_docs.reference.logged: what the code logs is read from its text."""

from __future__ import annotations

import re

import pytest

from mizan_docs.reference import logged
from mizan_docs.reference.logged import MEANINGS, Logged, found

SOURCE = """
logger = logging.getLogger("mizan.cache")
other = logging.getLogger("django.request")

def one(count):
    logger.warning("cache.full: %d entries", count)
    logger.exception("cache.broken")
    other.warning("nothing of Mizan's")
    print.warning("no logger")
"""
BREAKER = """
class Breaker:
    def __init__(self, what):
        self._logger = logging.getLogger(f"mizan.{what}")

    def fail(self):
        self._logger.warning("%s.unavailable: %s", self._what, 5)
"""


def test_calls_of_loggers_are_found_with_their_levels() -> None:
    assert {*logged._of(SOURCE)} == {
        Logged("mizan.cache", "warning", "cache.full"),
        Logged("mizan.cache", "error", "cache.broken"),
    }


def test_what_logs_for_two_is_found_for_both() -> None:
    assert {*logged._of(BREAKER)} == {
        Logged("mizan.cache", "warning", "cache.unavailable"),
        Logged("mizan.events", "warning", "events.unavailable"),
    }


def test_each_event_of_the_code_has_a_meaning() -> None:
    assert found() == MEANINGS.keys()


@pytest.mark.parametrize("event", MEANINGS)
def test_a_meaning_is_a_sentence(event: Logged) -> None:
    assert MEANINGS[event].endswith(".")


def test_each_event_has_a_name() -> None:
    assert [each for each in MEANINGS if not re.fullmatch(r"[a-z]+\.[a-z_]+", each.event)] == []
