"""benchmarks/harness/rows.py: what is said of figures, and how they are stored."""

import json
from pathlib import Path

import pytest
from harness.rows import Results, Row, number, read


def row(floor: str | None = "by hand", *, more: bool = False, **values: float) -> Row:
    given = {"mizan": 10.0, "by hand": 8.0, **values}
    return Row("Calls", "plain", "µs", given, floor, more)


def test_the_best_peer_is_the_one_that_is_hardest_to_beat_and_the_floor_is_none() -> None:
    assert row(ninja=12.0, drf=40.0).best_peer == "ninja"
    assert row(ninja=12.0, drf=40.0, more=True).best_peer == "drf"
    assert row().best_peer is None
    assert row(None).best_peer == "by hand"


def test_a_ratio_below_one_is_in_mizans_favour_whatever_the_unit() -> None:
    assert row(ninja=20.0).ratio_to("ninja") == 0.5
    assert row(ninja=5.0, more=True).ratio_to("ninja") == 0.5


def test_a_ratio_to_nothing_is_told_too() -> None:
    assert row(ninja=0.0).ratio_to("ninja") == float("inf")
    assert row(ninja=0.0, more=True).ratio_to("ninja") == 0.0
    assert row(ninja=0.0, more=True).cost_of("ninja") == float("inf")
    assert Row("g", "w", "u", {"mizan": 0.0, "peer": 0.0}).ratio_to("peer") == 1.0


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"ninja": 20.0}, []),
        ({"ninja": 9.0, "drf": 20.0}, ["behind ninja"]),
        ({"ninja": 9.0, "drf": 9.5}, ["behind ninja, drf"]),
        ({"ninja": 9.96}, []),
        ({"by hand": 4.9}, ["over 2x its floor"]),
        ({"by hand": 4.9, "ninja": 9.0}, ["behind ninja", "over 2x its floor"]),
    ],
)
def test_what_is_behind_a_peer_or_over_twice_its_floor_is_said(
    values: dict[str, float], faults: list[str]
) -> None:
    assert row(**values).faults == faults


def test_stored_results_are_read_as_they_were(tmp_path: Path) -> None:
    rows = [row(ninja=12.5), Row("Growth", "10 rows", "ms", {"mizan": 1.5}, at=10.0)]
    results = Results("calls", "Title\n\nText", "run", {"a": "1"}, {"b": "2"}, False, rows)
    path = tmp_path / "results" / "calls.json"
    results.write(path)
    assert read(path) == results
    assert '"ratio_to_best_peer": 0.8' in path.read_text()


def test_an_infinite_ratio_is_stored_as_null(tmp_path: Path) -> None:
    none = Row("Clicks", "one", "per cent", {"mizan": 0.0, "peer": 90.0}, "peer", True)
    results = Results("click", "Title\n\nText", "run", {}, {}, False, [none])
    path = tmp_path / "click.json"
    results.write(path)
    stored = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert stored["rows"][0]["ratio_to_floor"] is None
    assert read(path) == results


@pytest.mark.parametrize(
    ("value", "more", "at", "senseless"),
    [
        (0.1, False, None, False),
        (0.0, False, None, True),
        (0.0, True, None, False),
        (0.0, True, 10.0, True),
        (-1.0, True, None, True),
        (float("inf"), False, None, True),
        (float("nan"), False, None, True),
    ],
)
def test_a_value_that_measures_nothing_is_known(
    value: float, more: bool, at: float | None, senseless: bool
) -> None:
    one = Row("Calls", "plain", "µs", {"mizan": 1.0, "peer": value}, None, more, at)
    assert [*one.senseless] == (["peer"] if senseless else [])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0123456, "0.0123"), (12.345, "12.3"), (999.4, "999"), (20356.7, "20,357")],
)
def test_numbers_are_short(value: float, shown: str) -> None:
    assert number(value) == shown
