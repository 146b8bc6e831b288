"""What Mizan logs: each call of a logger in the code, with what it means.

Invariant: whatever the code logs has a meaning here, and nothing else has; else the page of events
cannot be made.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import mizan

_LEVELS = {"debug", "info", "warning", "error", "exception"}


class Logged(NamedTuple):
    """An event: the logger's name, the level, what the message begins with."""

    logger: str
    level: str
    event: str


MEANINGS: dict[Logged, str] = {
    Logged("mizan.cache", "warning", "cache.unavailable"): "The store failed several times in a "
    "row and is not asked for a while: reads are computed, mutations go by ON_UNAVAILABLE.",
    Logged("mizan.cache", "warning", "cache.recovered"): "The store answers again; purges that "
    "wait are delivered.",
    Logged("mizan.cache", "error", "cache.recovered"): "A receiver of `cache_recovered` raised.",
    Logged("mizan.cache", "warning", "cache.purge_failed"): "A purge could not be told to the "
    "store after a commit. `guards`: how many. It is in the outbox, or what was held expires.",
    Logged("mizan.cache", "error", "cache.purge_failed"): "Announcing what a transaction changed "
    "failed unexpectedly; what was held expires by itself.",
    Logged("mizan.cache", "warning", "cache.release_failed"): "A hold could not be let go after a "
    "roll-back: until HOLD_TIMEOUT readers store nothing of it.",
    Logged("mizan.cache", "error", "outbox.failed"): "A purge could be neither done nor kept for "
    "later: caches may be stale up to their limits.",
    Logged("mizan.cache", "warning", "outbox.failed"): "Purges in the outbox could not be "
    "delivered, or a delivered one not dropped; it is tried again.",
    Logged("mizan.cache", "info", "outbox.written"): "A purge was written to the outbox.",
    Logged("mizan.cache", "info", "outbox.delivered"): "Purges of the outbox were delivered.",
    Logged("mizan.cache", "error", "outbox.unreadable"): "A row of the outbox cannot be read; it "
    "is taken for `*`.",
    Logged("mizan.edge", "info", "edge.purged"): "A network took purges.",
    Logged("mizan.edge", "warning", "edge.purge_failed"): "A network did not take purges; they "
    "wait and are tried again.",
    Logged("mizan.edge", "warning", "edge.purger_raised"): "A purger's class raised something "
    "else than PurgeFailed; only the type is logged, for the text may show a secret.",
    Logged("mizan.edge", "warning", "edge.coarsened"): "So many purges waited for a network that "
    "they became one, of whole contexts or of `*`.",
    Logged("mizan.edge", "warning", "edge.outbox_failed"): "The database could not be asked for "
    "purges that are due; it is asked again.",
    Logged("mizan.edge", "error", "edge.not_begun"): "No purger can be made: `manage.py "
    "check` says why; purges wait.",
    Logged("mizan.edge", "warning", "edge.untagged"): "A page has more tags than an edge takes, or "
    "some that cannot be read: no edge keeps it.",
    Logged("mizan.events", "warning", "events.unavailable"): "Publishing failed several "
    "times, or a follower lost the broker: messages go to the outbox.",
    Logged("mizan.events", "warning", "events.recovered"): "The broker answers again.",
    Logged("mizan.events", "error", "events.recovered"): "A receiver of `broker_recovered` raised.",
    Logged("mizan.events", "warning", "events.publish_failed"): "A message could not be published; "
    "it is in the outbox.",
    Logged("mizan.events", "error", "events.unreadable"): "A message cannot be read; it is taken "
    "for `*`.",
    Logged("mizan.events", "error", "events.failed"): "What serves the streams of a process "
    "failed: browsers connect again, and are followed anew.",
    Logged("mizan.hydrate", "warning", "hydrate.empty"): "The tag `mizan_hydrate` shows nothing, "
    "for its context or parameters cannot be asked for. With DEBUG it raises instead.",
}
"""An event -> what it means, and what becomes of it. Exceptions are logged as errors."""

# A breaker (mizan/cache/breaker.py) logs for the store of either.
_BREAKERS = ("cache", "events")


def found() -> set[Logged]:
    """Return every event that the code logs with a logger of Mizan."""
    folder = Path(mizan.__file__).parent
    texts = [path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))]
    return {each for text in texts if "getLogger" in text for each in _of(text)}


def _of(source: str) -> Iterator[Logged]:
    tree = ast.parse(source)
    loggers = dict(_loggers(tree))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=of, attr=level), args=[first, *_]) if (
                level in _LEVELS and (logger := loggers.get(ast.unparse(of), ""))
            ):
                text = first.value if isinstance(first, ast.Constant) else ""
                yield from _events(logger, "error" if level == "exception" else level, str(text))


def _events(logger: str, level: str, text: str) -> Iterator[Logged]:
    for name in _BREAKERS if "{" in logger else (logger,):
        whole = text.replace("%s", name, 1) if "{" in logger else text
        event = whole.split(":")[0]
        yield Logged(f"mizan.{name}" if "{" in logger else name, level, event.partition("%")[0])


def _loggers(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (what a logger is called in the source, its name) for each logger of Mizan."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(
                targets=[target], value=ast.Call(func=ast.Attribute(attr="getLogger"), args=[name])
            ):
                text = ast.unparse(name).lstrip("f").strip("'\"")
                if text.startswith("mizan"):
                    yield ast.unparse(target), text
