"""The suite against servers: right ones pass, each wrong one is caught by the case for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.run import SiteUnusable, all_cases, run_http, vectors
from mizan_conformance.vectors import SelectionError

RESET = {"result": None, "invalidate": ["*"]}
FAULTS = (
    "names-in-any-order",
    "etag-in-upper-case",
    "every-spelling-is-canonical",
    "plus-is-a-space",
    "bad-token-is-a-visitor",
    "no-check-of-csrf",
    "condition-before-permission",
    "overlap-is-stored",
    "reads-do-not-see-holds",
    "nothing-is-purged",
    "users-share-entries",
    "every-target-is-broad",
    "bound-parameters-are-forgotten",
    "null-is-absent",
    "field-is-cut",
    "everything-held-is-fresh",
    "slices-are-not-checked",
    "errors-tell-all",
    "no-limit-of-bodies",
)


@pytest.mark.server
@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_the_app_on_django_passes(django_url: Callable[[str], str], kind: str) -> None:
    report = run_http(django_url(kind))
    bad = [f"{each.vector.id}: {each.detail}" for each in report.results if each.detail]
    assert report.passed, "\n".join(bad)
    assert report.count("passed") == len(vectors(all_cases()))


@pytest.mark.server
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_by_the_case_that_names_it(
    faulty: dict[str, dict[str, str]], fault: str
) -> None:
    about = faulty[fault]
    report = run_http(about["url"], [about["case"], "http-view/page", "http-read/same-bytes"])
    found = {each.vector.id: each for each in report.results}
    assert found[about["case"]].status == "failed"
    assert about["says"] in found[about["case"]].detail
    assert found["http-view/page"].status == "passed"
    assert report.exit_code == 1


@pytest.mark.server
def test_every_fault_is_here(faulty: dict[str, dict[str, str]]) -> None:
    assert tuple(faulty) == FAULTS


@pytest.mark.server
def test_cases_that_need_another_proof_are_skipped(django_url: Callable[[str], str]) -> None:
    report = run_http(django_url("asgi"), ["http-session/login", "http-view/page"], ["token"])
    assert [(each.status, each.detail) for each in report.results] == [
        ("skipped", "--auth leaves out session"),
        ("passed", ""),
    ]
    assert report.passed


def test_progress_is_told(scripted: Any, say: Any) -> None:
    told: list[tuple[int, int]] = []
    site = scripted(say(RESET))
    run_http(site.url, "http-view", progress=lambda done, of: told.append((done, of)))
    assert told == [(number, 7) for number in range(1, 8)]


def test_nobody_there_is_a_wrong_call() -> None:
    with pytest.raises(SiteUnusable, match=r"There is no server at http://127\.0\.0\.1:1/: cannot"):
        run_http("http://127.0.0.1:1/")


@pytest.mark.parametrize("body", [b"<html>", [], {"other": 1}])
def test_another_server_is_told_apart(scripted: Any, say: Any, body: Any) -> None:
    with pytest.raises(SiteUnusable, match="does not serve the conformance app"):
        run_http(scripted(say(body)).url)


def test_a_pattern_that_chooses_nothing_is_a_wrong_call() -> None:
    with pytest.raises(SelectionError, match="The topics are: http-cache"):
        run_http("http://127.0.0.1:1/", "nothing")


def test_a_server_that_goes_away_ends_the_run(scripted: Any, say: Any) -> None:
    report = run_http(scripted(say(RESET), None).url, ["http-view", "http-every/*"])
    assert report.fatal == "3 cases one after the other had no reply at all"
    statuses = [each.status for each in report.results]
    assert statuses[:3] == ["failed"] * 3 or "not run" in statuses
    assert statuses.count("not run") > 9
    assert not report.passed


def test_a_server_that_hangs_is_charged_and_left(scripted: Any, say: Any) -> None:
    site = scripted(say(RESET), threading.Event())
    report = run_http(site.url, "http-view", deadline=0.2)
    assert report.fatal
    assert "no reply for 0.2 s" in report.results[0].detail


def test_a_body_that_is_not_expected_fails_its_case_alone(scripted: Any, say: Any) -> None:
    report = run_http(scripted(say(RESET)).url, ["http-flight/slice-is-a-read", "http-view/page"])
    assert {each.status for each in report.results} == {"failed"}
    assert report.fatal is None
