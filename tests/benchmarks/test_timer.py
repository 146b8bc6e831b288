"""benchmarks/harness/timer.py: contenders take turns, each as often as it was told."""

from harness import timer


def test_each_contender_is_timed_and_they_take_turns() -> None:
    made: list[str] = []
    calls = {name: (lambda name=name: made.append(name)) for name in ("one", "two")}
    effort = timer.Effort(turns=3, values=1, whole=True)
    assert timer.race(calls, effort).keys() == calls.keys()
    assert made == ["one", "two"] * 3


def test_the_best_value_counts_by_the_clock_that_was_given() -> None:
    now = 0.0
    took = iter([5.0, 2.0, 9.0])

    def call() -> None:
        nonlocal now
        now += next(took)

    effort = timer.Effort(turns=3, values=1, whole=True)
    assert timer.race({"one": call}, effort, lambda: now) == {"one": 2.0}


def test_what_is_short_is_called_until_it_takes_long_enough() -> None:
    now, made = 0.0, 0

    def call() -> None:
        nonlocal now, made
        now, made = now + 0.25, made + 1

    effort = timer.Effort(turns=1, values=1, seconds=1.0)
    assert timer.race({"one": call}, effort, lambda: now) == {"one": 0.25}
    assert made > 8
