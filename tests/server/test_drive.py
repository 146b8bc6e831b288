"""mizan/server/drive.py: the two drivers of steps."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.server.drive import adrive, drive
from mizan.server.effects import Atomic, Block, FunctionFailed, Run, RunAll, Steps

MAIN = threading.main_thread()
seen: ContextVar[str] = ContextVar("seen", default="nothing")


def same(value: Any) -> Any:
    return value


def never(value: Any) -> bool:
    return False


def run(fn: Any, name: str = "f", finish: Any = same, blocks: Any = never, **args: Any) -> Run:
    return Run(name, fn, asyncio.iscoroutinefunction(fn), "request", args, finish, blocks)


def one(effect: Any) -> Steps[Any]:
    return (yield effect)


def _arun(steps: Steps[Any]) -> Any:
    return asyncio.run(asyncio.wait_for(adrive(steps), 20))


both = pytest.mark.parametrize("go", [drive, _arun], ids=["drive", "adrive"])


def sync(request: Any, value: int = 1) -> tuple[Any, int]:
    return request, value


async def waiting(request: Any, value: int = 1) -> tuple[Any, int]:
    await asyncio.sleep(0)
    return request, value


@both
@pytest.mark.parametrize("fn", [sync, waiting])
def test_effects_have_outcomes(go: Any, fn: Any) -> None:
    assert go(one(Block(lambda: 5))) == 5
    assert go(one(run(fn, value=7))) == ("request", 7)
    assert go(one(run(fn, finish=lambda found: found[1] + 1))) == 2
    assert go(one(RunAll([run(fn, value=1), run(sync, value=2), run(waiting, value=3)]))) == [
        ("request", 1),
        ("request", 2),
        ("request", 3),
    ]
    assert go(one(RunAll([]))) == []


@both
def test_steps_without_effects(go: Any) -> None:
    def nothing() -> Steps[int]:
        return 5
        yield

    assert go(nothing()) == 5


class Failed(Exception):  # noqa: N818 (reads as what happened)
    pass


def fail(*_: Any) -> Any:
    raise Failed("no")


async def afail(_: Any) -> Any:
    raise Failed("no")


@contextmanager
def transaction(log: list[str]) -> Iterator[None]:
    log.append("begin")
    try:
        yield
    except BaseException:
        log.append("rollback")
        raise
    log.append("commit")


@both
@pytest.mark.parametrize(
    "make",
    [
        lambda: Block(fail),
        lambda: run(fail),
        lambda: run(afail),
        lambda: run(sync, finish=fail),
        lambda: run(waiting, finish=fail),
        lambda: run(waiting, finish=fail, blocks=bool),
        lambda: Atomic(lambda: transaction([]), one(run(fail))),
        lambda: Atomic(fail, one(run(sync))),
    ],
)
def test_a_failure_is_raised_inside_the_steps(go: Any, make: Any) -> None:
    log = []

    def steps() -> Steps[str]:
        try:
            yield make()
        except Failed as error:
            log.append(str(error))
        finally:
            log.append("finally")
        return (yield Block(lambda: "went on"))

    assert go(steps()) == "went on"
    assert log == ["no", "finally"]
    with pytest.raises(Failed):
        go(one(make()))


@both
def test_an_effect_that_there_is_not_fails_inside_the_steps(go: Any) -> None:
    with pytest.raises(KeyError):
        go(one(5))  # type: ignore[arg-type]


@both
@pytest.mark.parametrize("fn", [fail, afail])
def test_a_failure_of_several_names_the_function(go: Any, fn: Any) -> None:
    with pytest.raises(FunctionFailed) as caught:
        go(one(RunAll([run(sync), run(fn, "bad"), run(waiting)])))
    assert caught.value.name == "bad"
    assert isinstance(caught.value.error, Failed)
    assert isinstance(caught.value.__cause__, Failed)
    chain: BaseException | None = caught.value
    while chain is not None:
        assert not isinstance(chain, BaseExceptionGroup)
        chain = chain.__cause__ or chain.__context__


def test_of_several_failures_the_first_is_raised_and_the_rest_is_cancelled() -> None:
    log = []

    async def slow(_: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    with pytest.raises(FunctionFailed) as caught:
        _arun(one(RunAll([run(slow, "slow"), run(afail, "bad"), run(afail, "worse"), run(fail)])))
    assert caught.value.name in ("bad", "f")
    assert log == ["cancelled"]


def test_async_functions_overlap_and_sync_ones_do_not() -> None:
    running: set[int] = set()
    most = {"sync": 0, "async": 0}

    async def overlap(_: Any, number: int) -> None:
        running.add(number)
        for _ in range(3):
            await asyncio.sleep(0)
        most["async"] = max(most["async"], len(running))
        running.remove(number)

    alone: set[int] = set()

    def separate(_: Any, number: int) -> None:
        alone.add(number)
        most["sync"] = max(most["sync"], len(alone))
        alone.remove(number)

    runs = [run(fn, number=n) for n, fn in enumerate([overlap, separate] * 3)]
    _arun(one(RunAll(runs)))
    assert most == {"sync": 1, "async": 3}


def test_what_blocks_leaves_the_loop_and_what_does_not_stays() -> None:
    def here(*_: Any) -> bool:
        return threading.current_thread() is MAIN

    async def ahere(*_: Any) -> bool:
        return here()

    assert _arun(one(run(ahere)))
    assert _arun(one(run(ahere, finish=here)))
    assert not _arun(one(run(ahere, finish=here, blocks=bool)))
    assert not _arun(one(run(here)))
    assert not _arun(one(Block(here)))
    assert not _arun(one(Atomic(lambda: transaction([]), one(Block(here)))))
    assert drive(one(Block(here)))


@both
def test_a_transaction_is_opened_driven_and_ended_in_one_thread(go: Any) -> None:
    threads = []

    @contextmanager
    def opened() -> Iterator[None]:
        threads.append(threading.current_thread())
        yield
        threads.append(threading.current_thread())

    async def inner(_: Any) -> int:
        await asyncio.sleep(0)
        return 7

    def steps() -> Steps[int]:
        yield Block(lambda: threads.append(threading.current_thread()))
        return (yield run(inner))

    assert go(one(Atomic(opened, steps()))) == 7
    assert len(set(threads)) == 1
    log: list[str] = []
    assert go(one(Atomic(lambda: transaction(log), one(run(waiting))))) == ("request", 1)
    with pytest.raises(Failed):
        go(one(Atomic(lambda: transaction(log), one(run(afail)))))
    assert log == ["begin", "commit", "begin", "rollback"]


@both
def test_context_variables_reach_functions_and_survive_them(go: Any) -> None:
    def read(_: Any) -> str:
        return seen.get()

    async def aread(_: Any) -> str:
        return seen.get()

    def change(_: Any) -> None:
        seen.set("changed")

    def steps() -> Steps[list[Any]]:
        token = seen.set("set")
        try:
            found = [(yield run(read)), (yield run(aread)), (yield Block(seen.get))]
            found += yield RunAll([run(read), run(aread)])
            found.append((yield Atomic(lambda: transaction([]), one(run(read)))))
            yield run(change)
            return [*found, seen.get()]
        finally:
            seen.reset(token)

    assert go(steps()) == ["set"] * 6 + ["changed"]
    assert seen.get() == "nothing"


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit, Failed])
@pytest.mark.parametrize("effect", ["block", "run", "all", "atomic"])
def test_whatever_is_raised_passes_through_and_finally_runs(kind: Any, effect: str) -> None:
    log: list[str] = []

    def stop(*_: Any) -> None:
        raise kind

    made = {
        "block": Block(stop),
        "run": run(stop),
        "all": RunAll([run(stop)]),
        "atomic": Atomic(lambda: transaction(log), one(run(stop))),
    }[effect]

    def steps() -> Steps[None]:
        try:
            yield made
        finally:
            log.append("finally")

    expected = FunctionFailed if kind is Failed and effect == "all" else kind
    with pytest.raises(expected):
        drive(steps())
    assert log[-1] == "finally"
    if effect == "atomic":
        assert log == ["begin", "rollback", "finally"]


@both
@pytest.mark.parametrize("effect", ["block", "run", "all", "atomic"])
def test_the_end_of_an_iterator_ends_nothing_else(go: Any, effect: str) -> None:
    def end(*_: Any) -> Any:
        return next(iter([]))

    made = {
        "block": Block(end),
        "run": run(end),
        "all": RunAll([run(end)]),
        "atomic": Atomic(lambda: transaction([]), one(run(end))),
    }[effect]
    with pytest.raises((RuntimeError, FunctionFailed)) as caught:
        go(one(made))
    assert "StopIteration" in repr(caught.value) + repr(caught.value.__cause__)


def cancelled_when(begun: threading.Event, steps: Any, meanwhile: Any = lambda: None) -> None:
    """Drive steps and cancel them once something begun."""

    async def go() -> None:
        task = asyncio.ensure_future(adrive(steps))
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 20)
        task.cancel()
        await asyncio.sleep(0)
        meanwhile()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 20)

    asyncio.run(go())


@pytest.mark.parametrize("effect", ["run", "all", "atomic"])
def test_cancelling_raises_inside_the_steps(effect: str) -> None:
    log: list[str] = []
    begun = threading.Event()

    async def slow(_: Any) -> None:
        begun.set()
        await asyncio.sleep(60)

    def steps() -> Steps[None]:
        try:
            yield made
        except asyncio.CancelledError:
            log.append("cancelled")
            raise
        finally:
            log.append("finally")

    made = {
        "run": run(slow),
        "all": RunAll([run(slow), run(waiting)]),
        "atomic": Atomic(lambda: transaction(log), one(run(slow))),
    }[effect]
    cancelled_when(begun, steps())
    assert log == (["begin", "rollback"] if effect == "atomic" else []) + ["cancelled", "finally"]


@pytest.mark.parametrize("effect", ["block", "always", "run", "finish", "all", "atomic"])
def test_what_has_begun_in_the_thread_is_finished_before_a_cancellation_goes_on(
    effect: str,
) -> None:
    log: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: Any) -> str:
        begun.set()
        assert go_on.wait(20)
        log.append("done")
        return "outcome"

    made = {
        "block": Block(slow),
        "always": Block(slow, always=True),
        "run": run(slow),
        "finish": run(waiting, finish=slow, blocks=bool),
        "all": RunAll([run(slow)]),
        "atomic": Atomic(lambda: transaction([]), one(run(slow))),
    }[effect]

    def steps() -> Steps[None]:
        try:
            log.append((yield made))
            log.append((yield Block(lambda: "purged", always=True)))
            yield Block(lambda: log.append("never"))
        finally:
            log.append("finally")

    cancelled_when(begun, steps(), go_on.set)
    # What may have changed something gives its outcome; what only reads does not.
    late = [] if effect in ("block", "all") else ["outcome", "purged"]
    assert log == ["done", *late, "finally"]


def test_steps_that_end_after_a_cancellation_are_cancelled() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*_: Any) -> None:
        begun.set()
        assert go_on.wait(20)

    cancelled_when(begun, one(run(slow)), go_on.set)


def test_a_timeout_is_told_as_one() -> None:
    async def go() -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(None) as limit:

            def slow(_: Any) -> None:
                loop.call_soon_threadsafe(limit.reschedule, loop.time())
                while not limit.expired():
                    threading.Event().wait(0.001)

            await adrive(one(run(slow)))

    with pytest.raises(TimeoutError):
        asyncio.run(go())


def test_a_function_that_cancels_itself_gives_nothing_but_the_cancellation() -> None:
    async def give_up(_: Any) -> None:
        raise asyncio.CancelledError

    for effect in (run(give_up), RunAll([run(give_up), run(waiting)])):
        with pytest.raises(asyncio.CancelledError):
            _arun(one(effect))


def test_a_coroutine_that_is_closed_closes_its_steps() -> None:
    log = []

    async def forever(_: Any) -> None:
        await asyncio.sleep(60)

    def steps() -> Steps[None]:
        try:
            yield run(forever)
        finally:
            log.append("finally")

    async def close() -> None:
        coroutine = adrive(steps())
        coroutine.send(None)
        coroutine.close()

    asyncio.run(close())
    assert log == ["finally"]


LEAVES = st.sampled_from(["block", "run", "arun", "all", "fail", "afail"])
PROGRAMS = st.recursive(
    st.lists(LEAVES, max_size=4),
    lambda inner: st.lists(LEAVES | inner, max_size=4),
    max_leaves=8,
)


def program(parts: list[Any], log: list[str]) -> Steps[list[str]]:
    """Steps that do each part and catch what fails; a list is a transaction."""
    done = []
    for part in parts:
        if isinstance(part, list):
            done.append((yield Atomic(lambda: transaction(log), program(part, log))))
            continue
        effect = {
            "block": Block(lambda: "block"),
            "run": run(sync, finish=lambda _: "run"),
            "arun": run(waiting, finish=lambda _: "arun"),
            "all": RunAll([run(sync, value=1), run(waiting, value=2)]),
            "fail": run(fail),
            "afail": run(afail),
        }[part]
        try:
            done.append(str((yield effect)))
        except Failed:
            done.append("failed")
            if part == "afail":
                raise
    return done


@given(PROGRAMS)
def test_both_drivers_do_the_same(parts: list[Any]) -> None:
    def outcome(go: Any) -> tuple[Any, list[str]]:
        log: list[str] = []
        try:
            return go(program(parts, log)), log
        except Failed:
            return "failed", log

    assert outcome(drive) == outcome(_arun)
