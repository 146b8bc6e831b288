"""Hypothesis as what draws and makes small, for ports and for servers.

Invariant: a run is a function of its seed and of what is tried; what is drawn is tried at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.errors import Flaky

_SETTINGS: Final = settings(
    deadline=None,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


class Enough(BaseException):
    """Stops the search: there is no more to find, or what is found is small enough."""


def drawn(
    source: st.SearchStrategy[Any],
    attempt: Callable[[Any], None],
    examples: int,
    seed: int,
    failures: tuple[type[Exception], ...],
) -> None:
    """Try what is drawn until ``attempt`` raises one of ``failures``, and then ever smaller ones.

    Returns when nothing smaller fails, when all examples are tried, or when it raises Enough; the
    caller keeps what it wants of what it sees.
    """

    def attempts(case: Any) -> None:
        attempt(case)

    settled = settings(_SETTINGS, max_examples=examples)
    try:
        with_seed(seed)(settled(given(case=source)(attempts)))()
    except failures:
        return
    except (Flaky, Enough):
        return
