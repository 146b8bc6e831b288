"""Work that is spread over processes.

Invariant: results come in the order of what they are of, and no more than a few batches for each
process are read ahead, however much there is.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

BATCH = 1 << 18
"""The size from which on a batch is whole: enough work to be worth sending to a process."""
_AHEAD = 4
Item = TypeVar("Item")
Result = TypeVar("Result")


def batched(items: Iterable[Item], size: Callable[[Item], int]) -> Iterator[list[Item]]:
    """Yield the items in lists, each of which is whole once their sizes reach BATCH."""
    batch: list[Item] = []
    total = 0
    for item in items:
        batch.append(item)
        total += size(item)
        if total >= BATCH:
            yield batch
            batch, total = [], 0
    if batch:
        yield batch


def spread(
    work: Callable[[list[Item]], Result], batches: Iterable[list[Item]], jobs: int
) -> Iterator[Result]:
    """Yield what `work` makes of each batch, in so many processes; 1: in this one.

    Raises ChildProcessError when a process was ended by something else.
    """
    if jobs == 1:
        yield from map(work, batches)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    # A fork would take along the locks of other threads, whatever state they are in.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for batch in batches:
                waiting.append(pool.submit(work, batch))
                if len(waiting) >= _AHEAD * jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool:
            message = "A process was ended from outside, perhaps for want of memory: try fewer."
            raise ChildProcessError(message) from None
