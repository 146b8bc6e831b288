"""`mizan key`."""

import json
from typing import Any

import pytest

from mizan.protocol.key import derive_cache_key

SECRET = b"0123456789abcdef0123456789abcdef"


def derived(document: dict[str, Any], secret: bytes) -> str:
    return derive_cache_key(secret, **{key: document[key] for key in document if key != "v"})


@pytest.mark.parametrize("name", ["public", "user-scoped"])
@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_the_key_is_that_of_the_entry(
    mizan: Any, example: Any, write: Any, name: str, end: bytes
) -> None:
    path = example(f"cache-key/{name}")
    key = derived(json.loads(path.read_bytes()), SECRET)
    secret = write("secret", SECRET + end)
    assert mizan("key", "--secret-file", secret, path) == (0, f"{key}\n", "")
    assert mizan("key", "--secret-file", secret, stdin=path.read_bytes()).out == f"{key}\n"


def test_a_secret_may_hold_any_bytes(mizan: Any, example: Any, write: Any) -> None:
    secret = bytes(range(200, 240)) + b"\n"
    path = example("cache-key/public")
    key = derived(json.loads(path.read_bytes()), secret)
    assert mizan("key", "--secret-file", write("secret", secret + b"\n"), path).out == f"{key}\n"


@pytest.mark.parametrize("secret", [b"", b"\n", b"hunter2\n", SECRET[1:] + b"\n"])
def test_a_short_secret_is_refused_and_not_shown(
    mizan: Any, example: Any, write: Any, secret: bytes
) -> None:
    path = write("secret", secret)
    done = mizan("key", "--secret-file", path, example("cache-key/public"))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"Error: {path}: The cache secret needs 32 bytes or more")
    assert "hunter2" not in done.err


def test_a_wrong_entry_is_refused(mizan: Any, example: Any, write: Any) -> None:
    secret = write("secret", SECRET)
    document = json.loads(example("cache-key/public").read_bytes())
    path = write("entry.json", document | {"rev": "1"})
    done = mizan("key", "--secret-file", secret, path)
    assert (done.status, done.out) == (1, "")
    assert f"{path}: /rev: expected" in done.err
    path = write("entry.json", document | {"user": "5", "pkey": None})
    done = mizan("key", "--secret-file", secret, path)
    assert (done.status, done.out) == (1, "")
    assert f"{path}: user and pkey are both null" in done.err


def test_the_secret_is_needed(mizan: Any) -> None:
    assert "Missing option '--secret-file'" in mizan("key").err
