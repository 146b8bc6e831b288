"""docs/reference/events.md: what Mizan logs, counts and signals, and what a stream of events sends.

Raises LookupError where the code logs something that has no meaning, or no longer logs it.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from mizan.django import counters, metrics, signals
from mizan.events import subscription
from mizan_docs.reference.logged import MEANINGS, found
from mizan_docs.reference.text import code, page, prose, table

_LOG = """\
Each message begins with the event's name. No token, secret or password is in a message. What a
request fails with unexpectedly is logged as Django does it, by its logger `django.request`.
"""
_METRICS = """\
Each process counts; where the package `prometheus_client` is installed, the counter `{name}_total`
has them, with the label `event`. `manage.py mizan_cache doctor` says more of the store itself.
"""
_SIGNALS = """\
Signals of Django, in `mizan.django.signals`. They are sent after the commit; what a receiver
raises is logged.
"""
_STREAM = """\
What `GET {base}events/` sends, as `text/event-stream`; [events](../events.md) shows it, section 17
of [the specification](../../SPEC.md) defines it.
"""
_READY = (
    "The stream has begun. `heartbeat`: the longest silence, in seconds; `refused`: instances that "
    "nothing is told of, each with the status that a read of it is answered."
)


def render() -> str:
    """Return the page. Raises LookupError where the table of what is logged is not the code's."""
    if stray := found() ^ MEANINGS.keys():
        text = f"{sorted(stray)}: in only one of the code and mizan_docs.reference.logged"
        raise LookupError(text)
    logged = (
        (code(each.event), code(each.logger), each.level, prose(meaning))
        for each, meaning in sorted(MEANINGS.items())
    )
    return page(
        "Events",
        "what the code logs, counts and sends",
        "## Log\n",
        _LOG,
        table(("event", "logger", "level", "what happened"), logged),
        "## Metrics\n",
        _METRICS.format(name=metrics.NAME),
        table(("event", "what is counted"), ((code(k), v) for k, v in counters.EVENTS.items())),
        "## Signals\n",
        _SIGNALS,
        table(("signal", "when"), ((code(name), prose(doc)) for name, doc in _signals())),
        "## Stream\n",
        _STREAM,
        table(("event", "what it tells"), _stream()),
    )


def _signals() -> Iterator[tuple[str, str]]:
    """Yield (name, what stands below it) for each signal."""
    body = ast.parse(inspect.getsource(signals)).body
    for node, below in pairwise(body):
        match node, below:
            case ast.Assign(targets=[ast.Name(name)]), ast.Expr(ast.Constant(str(doc))):
                yield name, inspect.cleandoc(doc)


def _stream() -> Iterator[tuple[str, str]]:
    yield code("ready"), _READY
    sent = (subscription.Invalidate, subscription.Beat, subscription.End)
    for name, each in zip(("invalidate", "(an id alone)", "end"), sent, strict=True):
        yield code(name), prose(inspect.getdoc(each) or "")
