"""What each step says to Redis, and what it makes of the replies."""

import pytest

from mizan.cache import redis_plan as plans
from mizan.cache.base import Begun, Found, Hold, Limits, State
from mizan.cache.redis_wire import Command

KEY, CLAIM = "mizan:1:e:shop:00", "mizan:1:c:shop:00"
GUARDS = ("shop", "h-one")
S, T = b"s" * 16, b"t" * 16
RECORD = b"h" * 16 + b"0" * 15
ENTRY = b"\2" + S + T + b"\4head{}"
LIMITS = Limits(ttl=100, hold=20, compute=5, lag=0)
ID = b"i" * 16


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([ENTRY, S, T], Found(State.HIT, b"{}", (S, T), b"head")),
        ([b"\2" + S + T + b"\0", S, T], Found(State.HIT, b"", (S, T))),
        ([b"\2" + S + T, S, T], Found(State.MISS, b"", (S, T))),
        ([b"\0\0it"], Found(State.HIT, b"it", ())),
        ([None, S, T], Found(State.MISS, b"", (S, T))),
        ([ENTRY, T, S], Found(State.MISS, b"", (T, S))),
        ([ENTRY, S, None], Found(State.MISS, b"", (S, None))),
        ([ENTRY, S + RECORD, T], Found(State.MISS, b"", (None, T))),
        ([ENTRY, S, T + RECORD], Found(State.MISS, b"", (S, None))),
        # nothing that a payload begins with makes a held guard match
        ([b"\2" + S + T + RECORD, S, T + RECORD], Found(State.MISS, b"", (S, None))),
        # under other guards than it was stored with
        ([ENTRY, S], Found(State.MISS, b"", (S,))),
        ([b"\1" + S + T, S, T], Found(State.MISS, b"", (S, T))),
        ([b"", S, T], Found(State.MISS, b"", (S, T))),
        ([ENTRY[:20], S, T], Found(State.MISS, b"", (S, T))),
    ],
)
def test_what_a_read_finds(values: list[bytes | None], found: Found) -> None:
    assert plans.found(values) == found


def test_a_read_is_one_command_where_one_server_has_all() -> None:
    op = plans.read(KEY, GUARDS, at_once=True)
    assert op.plan() == [(b"MGET", KEY, "mizan:1:g:shop", "mizan:1:g:h-one")]
    assert op.parse([[ENTRY, S, T]]).payload == b"{}"


def test_a_read_is_one_command_for_each_key_on_a_cluster() -> None:
    op = plans.read(KEY, GUARDS, at_once=False)
    assert op.plan() == [(b"GET", k) for k in (KEY, "mizan:1:g:shop", "mizan:1:g:h-one")]
    assert op.parse([ENTRY, S, T]).payload == b"{}"


def names(commands: list[Command]) -> list[tuple[object, object]]:
    return [(c[0], c[3] if c[0] == b"EVALSHA" else c[1]) for c in commands]


def test_begin_opens_only_the_guards_that_were_not_read_plain() -> None:
    op = plans.begin(KEY, Found(State.MISS, b"", (S, None)), GUARDS, LIMITS)
    commands = op.plan()
    assert names(commands) == [
        (b"EVALSHA", "mizan:1:g:h-one"),
        (b"SET", CLAIM),
        (b"GET", CLAIM),
        (b"GETRANGE", KEY),
    ]
    assert commands[0][-1] == 120_000
    mine = commands[1][2]
    assert commands[1][3:] == (b"NX", b"PX", 5_000)
    assert op.parse([T, b"OK", mine, b""]) == Begun(State.MISS, S + T, mine)
    assert op.parse([T, None, b"other", b""]) == Begun(State.BUSY)
    assert op.parse([T, None, b"-", b""]) == Begun(State.ALONE)
    assert op.parse([T, None, None, b""]) == Begun(State.BUSY)
    assert op.parse([None, b"OK", mine, b""]) == Begun(State.HELD, b"", mine)
    assert op.parse([None, None, b"other", b""]) == Begun(State.HELD)


def test_begin_sees_an_entry_that_was_stored_since_the_miss() -> None:
    op = plans.begin(KEY, Found(State.MISS, b"", (S, T)), GUARDS, LIMITS)
    set_, _, head = op.plan()
    assert head == (b"GETRANGE", KEY, 0, 32)
    assert op.parse([b"OK", set_[2], ENTRY[:33]]) == Begun(State.BUSY, b"", set_[2])
    assert op.parse([b"OK", set_[2], b"\x02" + S + S]) == Begun(State.MISS, S + T, set_[2])


@pytest.mark.parametrize("stamps", [(), (S,)])
def test_begin_opens_every_guard_if_not_all_were_read(stamps: tuple[bytes, ...]) -> None:
    op = plans.begin(KEY, Found(State.MISS, b"", stamps), GUARDS, LIMITS)
    assert len(op.plan()) == 5
    assert op.parse([S, T, b"OK", op.plan()[2][2], b""]).stamps == S + T


def test_store_sets_keeps_the_guards_alive_looks_and_gives_back() -> None:
    op = plans.store(KEY, GUARDS, Begun(State.MISS, S + T, ID), b"{}", 7, b"head", LIMITS)
    commands = op.plan()
    assert commands[0] == (b"SET", KEY, ENTRY, b"PX", 7_000)
    assert commands[1] == (b"PEXPIRE", "mizan:1:g:shop", 120_000)
    assert names(commands)[3:] == [
        (b"GET", "mizan:1:g:shop"),
        (b"GET", "mizan:1:g:h-one"),
        (b"EVALSHA", CLAIM),
    ]
    assert commands[-1][-2:] == (ID, 0)
    assert op.parse([b"OK", 1, 1, S, T, 1]) is True
    assert op.parse([b"OK", 1, 1, S, S, 1]) is False
    assert op.parse([b"OK", 1, 0, S, None, 1]) is False
    assert op.parse([b"OK", 1, 1, S, T + RECORD, 1]) is False


@pytest.mark.parametrize(("ttl", "ms"), [(0, 1), (0.0004, 1), (1.5, 1500), (1e9, 100_000)])
def test_an_entry_lives_a_millisecond_at_least_and_no_longer_than_the_limit(
    ttl: float, ms: int
) -> None:
    op = plans.store(KEY, GUARDS, Begun(State.MISS, S + T, ID), b"{}", ttl, b"", LIMITS)
    assert op.plan()[0][-1] == ms


def test_mutations_are_one_script_for_each_guard() -> None:
    hold = Hold(GUARDS)
    lag = Limits(ttl=100, hold=20, lag=3)
    for op, stamped, owner, held in (
        (plans.hold(hold, LIMITS), True, hold.id, 20_000),
        (plans.renew(hold, LIMITS), True, hold.id, 0),
        (plans.renew(hold, lag), True, hold.id, 3_000),
        (plans.purge(GUARDS, LIMITS), True, b"", 0),
        (plans.release(hold, LIMITS), False, hold.id, 0),
    ):
        commands = op.plan()
        assert names(commands) == [(b"EVALSHA", f"mizan:1:g:{guard}") for guard in GUARDS]
        for command in commands:
            assert len(bytes(command[4])) == (16 if stamped else 0)  # type: ignore[arg-type]
            assert command[6:] == (owner, held)
        assert op.parse([1, 1]) is None


@pytest.mark.parametrize(
    "op",
    [
        plans.begin(KEY, Found(State.MISS, b"", (None,)), ("shop",), LIMITS),
        plans.hold(Hold(("shop",)), LIMITS),
        plans.renew(Hold(("shop",)), LIMITS),
        plans.purge(("shop",), LIMITS),
    ],
    ids=["begin", "hold", "renew", "purge"],
)
def test_no_attempt_repeats_a_stamp(op: plans.Op[object]) -> None:
    """Sent twice, a stamp could bring back what another mutation made stale in between."""
    drawn = {op.plan()[0][4] for _ in range(3)}
    assert len(drawn) == 3


def test_every_attempt_to_begin_claims_alike() -> None:
    """Or the second attempt would wait for the first."""
    op = plans.begin(KEY, Found(State.MISS, b"", (None,)), ("shop",), LIMITS)
    assert op.plan()[1] == op.plan()[1]
