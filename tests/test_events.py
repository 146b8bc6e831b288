"""mizan.events gives its brokers when they are asked for, and loads nothing before."""

import subprocess
import sys

import pytest

import mizan.events


@pytest.mark.parametrize("name", mizan.events.__all__)
def test_each_name_is_there(name: str) -> None:
    assert getattr(mizan.events, name).__name__ == name


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = mizan.events.nothing


@pytest.mark.parametrize("code", ["import mizan.events", "from mizan.events import MemoryBroker"])
def test_only_who_uses_redis_loads_it(code: str) -> None:
    program = f"{code}\nimport sys; print('redis' in sys.modules)"
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
