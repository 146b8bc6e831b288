"""mizan.django.edge_checks: purgers that cannot be made of what they are given."""

from __future__ import annotations

from django.core.checks import run_checks
from django.test import override_settings

from mizan.django.edge_checks import NOT_MADE

WRONG = {"BACKEND": "fastly", "service": "hidden service", "token": "hidden"}


def test_each_purger_that_cannot_be_made_is_an_error() -> None:
    with override_settings(MIZAN_EDGE={"PURGE": {"one": WRONG, "two": WRONG}}):
        found = [each for each in run_checks(tags=["caches"]) if each.id == NOT_MADE]
    assert [each.msg[:4] for each in found] == ["one:", "two:"]
    assert "hidden" not in str(found)
    assert all(each.is_serious() for each in found)


def test_a_wrong_setting_comes_first() -> None:
    with override_settings(MIZAN_EDGE={"PURGE": {"one": WRONG}, "TIMEOUT": 0}):
        assert NOT_MADE not in {each.id for each in run_checks()}
        assert "mizan.E404" in {each.id for each in run_checks()}


def test_without_an_edge_there_is_nothing_to_say() -> None:
    assert NOT_MADE not in {each.id for each in run_checks(tags=["caches"])}
