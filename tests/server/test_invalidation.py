"""mizan/server/invalidation.py: what a mutation makes stale while it runs."""

from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.invalidation import Collector, Entry, FailedAfterEffects, current, running

USER, CART = Target("user"), Target("cart")
FIVE = Target("user", (("user_id", 5),))


class Undo(Exception):  # noqa: N818 (an order)
    pass


def test_entries_are_alive_until_their_savepoint_is_rolled_back(host: Any) -> None:
    collector = Collector(host, host.after_commit)
    with host.atomic():
        collector.add([CART])
        with suppress(Undo), host.atomic():
            collector.add([USER])
            raise Undo
        with host.atomic():
            collector.add([FIVE])
        collector.settle()
    assert collector.settled == (CART, FIVE)
    collector.settle()
    assert collector.settled == (CART, FIVE)


def test_outside_of_a_transaction_an_entry_is_committed_at_once(host: Any) -> None:
    collector = Collector(host, host.after_commit)
    collector.add([])
    collector.add([FIVE, CART])
    collector.settle()
    assert collector.settled == (CART, FIVE)


def test_the_declared_targets_join_last(host: Any) -> None:
    for added, last, expected in (
        ([], (FIVE,), (FIVE,)),
        ([USER], (CART, FIVE), (CART, USER)),
        ([EVERYTHING], (FIVE,), (EVERYTHING,)),
    ):
        collector = Collector(host, host.after_commit)
        collector.add(added)
        collector.settle(last)
        assert collector.settled == expected


def test_what_the_commit_sets_off_joins(host: Any) -> None:
    collector = Collector(host, host.after_commit)
    with host.atomic():
        collector.settle((FIVE,))
    collector.add([CART])
    collector.add([USER])
    assert collector.finish() == (CART, USER)
    assert host.purged == []


def test_what_comes_after_the_call_is_purged(host: Any) -> None:
    collector = Collector(host, host.after_commit)
    token = current.set(collector)
    assert running() is collector
    collector.settle((FIVE,))
    assert collector.finish() == (FIVE,)
    assert running() is None
    current.reset(token)
    assert running() is None
    collector.add([])
    collector.add([CART])
    assert (collector.settled, host.purged) == ((FIVE,), [(CART,)])


def test_an_entry() -> None:
    entry = Entry((USER,))
    assert not entry.committed
    entry()
    assert entry.committed


def test_a_failure_after_effects() -> None:
    error = ValueError("no")
    failed = FailedAfterEffects(error, (USER,))
    assert (failed.error, failed.targets, str(failed)) == (error, (USER,), "no")
    assert current.get() is None


STEPS = st.recursive(
    st.integers(0, 9),
    lambda inner: st.tuples(st.booleans(), st.lists(inner, max_size=4)),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=4))
def test_only_what_no_savepoint_took_along_is_stale(host: Any, steps: list[Any]) -> None:
    fake = type(host)()
    collector = Collector(fake, fake.after_commit)

    def play(steps: list[Any]) -> set[int]:
        """Return the numbers that should be left of the steps."""
        left: set[int] = set()
        for step in steps:
            if isinstance(step, int):
                collector.add([Target("user", (("n", step),))])
                left.add(step)
                continue
            keeps, inner = step
            with suppress(Undo), fake.atomic():
                inside = play(inner)
                undo(not keeps)
                left |= inside
        return left

    with fake.atomic():
        left = play(steps)
        collector.settle()
    assert collector.settled == tuple(Target("user", (("n", n),)) for n in sorted(left))


def undo(really: bool) -> None:
    if really:
        raise Undo
