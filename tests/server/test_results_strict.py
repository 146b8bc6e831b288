"""mizan/server/results.py: results are written strictly, without a change of threads, and with
nothing lost where they are not as declared."""

import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from mizan.server.results import Result, ResultInvalid


class Line(BaseModel):
    name: str


class Order(BaseModel):
    id: int
    lines: list[Line] = []


@pytest.mark.parametrize("hint", [Any, Iterable[int], Iterable[Line]])
def test_an_error_within_a_generator_is_not_lost(hint: Any) -> None:
    def answer() -> Iterator[Any]:
        yield from ()
        raise LookupError("it stops here")

    with pytest.raises(LookupError, match="it stops here"):
        Result("f", hint).text(answer())


def test_an_error_of_what_runs_once_is_not_lost() -> None:
    calls: list[int] = []

    def is_hidden(value: int) -> bool:
        calls.append(value)
        if len(calls) == 1:
            raise LookupError("the first time")
        return False

    class Shy(BaseModel):
        x: int = Field(1, exclude_if=is_hidden)

    with pytest.raises(LookupError, match="the first time"):
        Result("f", Shy).text(Shy())


def test_a_choice_that_says_nothing_is_refused() -> None:
    class Dark(BaseModel):
        kind: Literal["dark"] = "dark"

    class Light(BaseModel):
        kind: Literal["light"] = "light"

    class Either(BaseModel):
        theme: Annotated[Dark | Light, Field(discriminator="kind")]

    either = Result("f", Either)
    assert either.text(Either(theme=Dark())) == '{"theme":{"kind":"dark"}}'
    nothing = Dark.model_construct(kind=None)  # type: ignore[arg-type]
    with pytest.raises(ResultInvalid, match="discriminator"):
        either.text(Either.model_construct(theme=nothing))


def test_no_other_thread_runs_while_a_result_is_written() -> None:
    # Where eight threads wait for the interpreter's lock, every release of it is a queue to join.
    result, orders, over = Result("f", list[Order]), [Order(id=1, lines=[Line(name="a")])], Event()
    result.text(orders)
    turns = count()

    def other() -> None:
        while not over.is_set():
            time.sleep(0)  # asks for the lock again
            next(turns)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    with ThreadPoolExecutor(1) as pool:
        try:
            pool.submit(other)
            time.sleep(0.01)
            before = next(turns)
            for _ in range(10_000):
                result.text(orders)
            after = next(turns)
        finally:
            over.set()
            sys.setswitchinterval(interval)
    assert before
    assert after - before < 20  # one is this test's own; a collected file may be closed meanwhile
