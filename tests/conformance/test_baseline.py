"""A baseline knows what fails, and nothing else may."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_conformance.baseline import BaselineError, Known, compare, load, merged, updated
from mizan_conformance.report import Report, Result, Status
from mizan_conformance.vectors import Vector

Make = Callable[..., Vector]


@pytest.fixture
def report(make_vector: Make) -> Callable[..., Report]:
    """Make a report: a status, or a status and its detail, by the name of the case."""

    def make(**cases: Status | tuple[Status, str]) -> Report:
        results = [
            Result(make_vector(name), *(case if isinstance(case, tuple) else (case,)))
            for name, case in cases.items()
        ]
        return Report(("x",), None, results)

    return make


def known(name: str, error: str = "wrong", *, flaky: bool = False) -> dict[str, Known]:
    return {f"canonical/{name}": Known(f"canonical/{name}", error, flaky)}


IDS = {f"canonical/{name}" for name in "abc"}


@pytest.mark.parametrize(
    ("case", "entry", "status", "said"),
    [
        (("failed", "wrong"), known("a"), "known", "wrong"),
        (("failed", "worse"), known("a"), "failed", "worse (the baseline knows: wrong)"),
        ("passed", known("a"), "failed", "it passes now; the baseline knows it to fail: wrong"),
        ("passed", known("a", flaky=True), "known", "it passed this time"),
        (("failed", "worse"), known("a", flaky=True), "known", "worse"),
        (("flaky", "now and then"), known("a", flaky=True), "known", "now and then"),
        (("flaky", "now"), known("a"), "flaky", "now (the baseline knows: wrong)"),
        (("skipped", "why"), known("a"), "skipped", "why"),
        (("failed", "wrong"), {}, "failed", "wrong"),
        ("passed", {}, "passed", ""),
    ],
)
def test_what_a_baseline_makes_of_a_result(
    report: Callable[..., Report],
    case: Status | tuple[Status, str],
    entry: dict[str, Known],
    status: Status,
    said: str,
) -> None:
    found = report(a=case)
    compare(found, entry, IDS)
    (result,) = found.results
    assert (result.status, result.detail) == (status, said)


def test_an_id_that_no_case_has_fails_the_run(report: Callable[..., Report]) -> None:
    found = report(a="passed")
    compare(found, known("z"), IDS)
    assert found.stale == ["there is no case canonical/z"]
    assert not found.passed


def test_a_case_that_was_not_chosen_is_no_matter(report: Callable[..., Report]) -> None:
    found = report(a="passed")
    compare(found, known("b"), IDS)
    assert found.passed


def test_a_baseline_that_was_written_fits_the_run(
    report: Callable[..., Report], tmp_path: Path
) -> None:
    found = report(a=("failed", "new"), b="passed")
    before = known("b") | known("c") | known("z")
    path = tmp_path / "known.json"
    path.write_text(updated(found, before, IDS))
    assert load(path) == known("a", "new") | known("c")  # c was not run, z is no case
    compare(found, load(path), IDS)
    assert found.passed


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"known": [1]}', '{"known": [{"id": 1, "error": ""}]}', "[" * 100_000],
)
def test_what_is_no_baseline_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(BaselineError, match=r"known.json is no baseline: "):
        load(path)


def test_a_baseline_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BaselineError, match="is not there; --update-baseline writes it"):
        load(tmp_path / "known.json")


def test_what_fails_now_and_then_is_flaky(report: Callable[..., Report]) -> None:
    one = report(a="passed", b=("failed", "wrong"), c="passed")
    two = report(a=("failed", "wrong"), b=("failed", "wrong"), c="passed")
    found = merged([one, two, one])
    assert [result.status for result in found.results] == ["flaky", "failed", "passed"]
    assert found.results[0].detail == "failed in 1 of 3 runs: wrong"
    assert json.loads(updated(found, {}, IDS))["known"][0]["flaky"] is True
