"""mizan.cache gives its backends when they are asked for, and loads nothing before."""

import subprocess
import sys

import pytest

import mizan.cache


@pytest.mark.parametrize("name", mizan.cache.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(mizan.cache, name).__name__ == name


def test_names_are_sorted_and_listed_once() -> None:
    assert mizan.cache.__all__ == sorted(set(mizan.cache.__all__))


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = mizan.cache.nothing


@pytest.mark.parametrize("code", ["import mizan.cache", "from mizan.cache import MemoryCache"])
def test_only_who_uses_redis_loads_it(code: str) -> None:
    program = f"{code}\nimport sys; print('redis' in sys.modules)"
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
