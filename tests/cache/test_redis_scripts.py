"""The scripts' text; what they do is tested on real servers (test_contract.py, test_redis.py)."""

from hashlib import sha1
from pathlib import Path

import pytest

import mizan.cache
from mizan.cache.redis_scripts import FORGET, OPEN, STAMP, YIELD, Script, in_full

SCRIPTS = (OPEN, STAMP, YIELD, FORGET)


def test_every_file_is_a_script() -> None:
    names = {path.stem for path in (Path(mizan.cache.__file__).parent / "lua").glob("*.lua")}
    assert {Script(name).sha for name in names - {"common"}} == {each.sha for each in SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_run_by_its_sha_with_one_key(script: Script) -> None:
    sha = sha1(script.text, usedforsecurity=False).hexdigest().encode()
    assert script("key", b"stamp", 5) == (b"EVALSHA", sha, 1, "key", b"stamp", 5)


def test_a_script_in_full_has_its_text_in_place_of_its_sha() -> None:
    assert in_full(OPEN("key", b"stamp", 5)) == (b"EVAL", OPEN.text, 1, "key", b"stamp", 5)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_draws_nothing_and_names_one_key(script: Script) -> None:
    assert b"random" not in script.text
    assert b"KEYS[2]" not in script.text
