"""What every backend takes and returns."""

import dataclasses
import inspect
from typing import Any

import pytest

from mizan.cache.base import STAMP_BYTES, AsyncCache, Begun, Cache, Found, Hold, Limits, State
from mizan.cache.memory import MemoryCache


def methods(protocol: type) -> dict[str, Any]:
    members = {name: getattr(protocol, name) for name in vars(protocol) if not name.startswith("_")}
    return {name: member for name, member in members.items() if inspect.isfunction(member)}


def test_each_hold_has_an_id_of_its_own() -> None:
    one, other = Hold(("a",)), Hold(("a",))
    assert len(one.id) == STAMP_BYTES
    assert one.id != other.id


@pytest.mark.parametrize("value", [Found(State.MISS), Begun(State.HELD), Hold(("a",)), Limits()])
def test_what_is_passed_around_cannot_be_changed(value: Any) -> None:
    name = dataclasses.fields(value)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, name, None)


def test_a_hold_outlives_no_entry_and_every_computation() -> None:
    limits = Limits()
    assert limits.compute < limits.hold < limits.ttl
    assert limits.lag == 0


def test_the_coroutines_take_what_the_methods_take() -> None:
    assert methods(Cache).keys() == methods(AsyncCache).keys()
    for name, method in methods(Cache).items():
        coroutine = getattr(AsyncCache, name)
        assert inspect.signature(method) == inspect.signature(coroutine), name
        assert inspect.iscoroutinefunction(coroutine), name


def test_a_backend_is_a_cache() -> None:
    backend: Cache = MemoryCache()
    for name, method in methods(Cache).items():
        assert inspect.signature(getattr(MemoryCache, name)) == inspect.signature(method), name
        assert inspect.iscoroutinefunction(getattr(backend.aio, name)), name
