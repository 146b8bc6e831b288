"""Commands as bytes."""

import pytest

from mizan.cache.redis_wire import Address, key_of, pack


def test_commands_are_arrays_of_bulk_strings() -> None:
    packed = pack([(b"SET", "k\u00e9", b"\r\n\0", 7), (b"PING",)])
    assert packed == (
        b"*4\r\n$3\r\nSET\r\n$3\r\nk\xc3\xa9\r\n$3\r\n\r\n\0\r\n$1\r\n7\r\n*1\r\n$4\r\nPING\r\n"
    )


@pytest.mark.parametrize("name", [b"EVALSHA", b"EVAL"])
def test_the_key_of_a_script_follows_how_many_there_are(name: bytes) -> None:
    assert key_of((name, b"sha", 1, "key", b"stamp")) == b"key"


def test_the_key_of_a_command_is_its_first_argument() -> None:
    assert key_of((b"SET", b"key", b"value")) == b"key"


def test_an_address_says_what_it_is() -> None:
    assert str(Address("h", 1)) == "Redis at h:1"
    assert str(Address("h", 1, "sentinel")) == "Sentinel at h:1"
    assert str(Address("/run/redis.sock", 0)) == "Redis at /run/redis.sock"
