"""The decoders take the vectors' inputs, and whatever is one change away from them."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import decoders

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("name", decoders.DECODERS)
def test_a_decoder_takes_its_seeds_and_what_is_near_them(name: str) -> None:
    # ruff: noqa: S311 (a seed is to give the same again)
    draw = random.Random(name)
    seeds = list(decoders.seeds(name))
    assert len(seeds) > 20
    for seed in seeds:
        decoders.one(name, seed)
        data = bytearray(seed[:4000])
        at = draw.randrange(len(data) + 1)
        data[at : at + 1] = draw.randbytes(2)
        decoders.one(name, bytes(data))


def test_what_a_decoder_may_not_do_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    written = iter(("a", "b"))
    monkeypatch.setattr("mizan.protocol.header.format", lambda *_: next(written))
    with pytest.raises(AssertionError):
        decoders.one("header", b"b")


def test_a_wrong_call_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.decoders", "nothing"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "header|held|json|query|tags|token" in done.stderr
