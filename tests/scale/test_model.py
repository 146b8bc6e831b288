"""benchmarks/scale: the simulation agrees with what can be calculated."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "scale"
NEAR = 0.03
SMALL = {"requests": 1e8, "instances": 200}


@pytest.fixture(scope="module")
def model() -> Any:
    """The module, found as the benchmark finds it."""
    sys.path.insert(0, str(FOLDER))
    try:
        import model
    finally:
        sys.path.remove(str(FOLDER))
    return model


@pytest.mark.parametrize(
    ("asked", "changed"), [(1, 0.01), (1, 1), (1e-4, 1e-5), (1e-5, 0), (5, 50)]
)
def test_one_cache_keeps_what_the_formula_says(model: Any, asked: float, changed: float) -> None:
    kept, found, _ = model.shares(Random(1), asked, changed, 1)
    assert kept == pytest.approx(model.closed(asked, changed, model.EDGE_LIFE), abs=NEAR)
    assert found == 0
    none, found, alive = model.shares(Random(1), asked, changed, 0)
    assert none == 0
    assert found == pytest.approx(model.closed(asked, changed, model.ORIGIN_LIFE), abs=NEAR)
    # Who looks at a random moment sees what readers see.
    assert alive == pytest.approx(found, abs=NEAR)


def test_after_a_change_each_region_asks_once_and_the_origin_computes_once(model: Any) -> None:
    asked, changed, regions = 100.0, 0.1, 8
    kept, found, _ = model.shares(Random(1), asked, changed, regions)
    assert 1 - kept == pytest.approx(regions * changed / asked, rel=0.6)
    assert 1 - kept - found == pytest.approx(changed / asked, rel=0.6)


def test_ranks_stand_for_every_instance_once(model: Any) -> None:
    for instances in (1, 24, 25, 100_000):
        assert sum(count for _, count in model.ranks(instances)) == instances


def test_a_load_is_all_of_the_demand(model: Any) -> None:
    demand = model.Demand(**SMALL)
    for edge in (True, False):
        load = model.load(demand, edge)
        total = load.kept + load.found + load.computed + load.changed
        assert total == pytest.approx(demand.rate)
        assert load == model.load(demand, edge)
        assert (load.kept > 0) is edge


def test_what_no_edge_keeps_comes_to_the_origin(model: Any) -> None:
    demand = model.Demand(**SMALL)
    alone = model.load(demand, edge=False)
    few, many = (model.load(replace(demand, regions=count)) for count in (1, 32))
    assert few.origin < many.origin < alone.origin == pytest.approx(demand.rate)
    assert model.load(replace(demand, changes=0.05)).origin > model.load(demand).origin
    own = model.load(replace(demand, own=0.6))
    assert own.kept == pytest.approx(demand.rate * 0.99 * 0.4, rel=0.1)
