"""mizan.testing gives its strategies when they are asked for, and nothing before."""

import subprocess
import sys

import pytest
from hypothesis.strategies import SearchStrategy

from mizan import testing


@pytest.mark.parametrize("name", testing.__all__)
def test_each_name_is_there(name: str) -> None:
    found = getattr(testing, name)
    assert isinstance(found, SearchStrategy) or callable(found)


def test_names_are_sorted_and_listed_once() -> None:
    assert testing.__all__ == sorted(set(testing.__all__))


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = testing.nothing


def test_importing_it_loads_nothing() -> None:
    code = "import mizan.testing, sys; print('hypothesis' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
