"""The stream of events: what is sent to Redis, and what its entries say (SPEC.md, section 17).

An entry has the field ``t``, targets as a JSON array, and ``c``, the nonce of a call. One without
``t`` tells nothing: it is there so that a stream has a last entry from the beginning.

Invariant: an entry that cannot be read is one of `*`, never one of nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

from mizan.cache.redis_plan import Op
from mizan.cache.redis_wire import Command
from mizan.errors import MizanError
from mizan.events.base import Message
from mizan.protocol.decode import decode
from mizan.protocol.targets import EVERYTHING, Target, target_from_json, target_text

logger = logging.getLogger("mizan.events")

Entry = Sequence[bytes | list[bytes]]
"""An entry as Redis gives it: its id, and names and values by turns."""
_TARGETS, _CALL, _BEGINNING = b"t", b"c", b"b"
_RUN_DIGITS = 12
AT_ONCE = 1000
"""How many entries one reading gives at most."""


def publish(key: str, targets: Iterable[Target], call: str, kept: int) -> Op[None]:
    """Plan to append a message and let the stream have about `kept` entries."""
    text = f"[{','.join(map(target_text, targets))}]"
    command: Command = (b"XADD", key, b"MAXLEN", b"~", kept, b"*", _TARGETS, text)
    return Op(lambda: [(*command, _CALL, call) if call else command], lambda _: None)


def begin(key: str) -> Command:
    """Return the command that gives an empty stream its first entry."""
    return (b"XADD", key, b"*", _BEGINNING, b"1")


def latest(key: str, number: int) -> Command:
    """Return the command that reads the latest entries, the newest first."""
    return (b"XREVRANGE", key, b"+", b"-", b"COUNT", number)


def one(key: str, id_: bytes) -> Command:
    """Return the command that reads one entry; what it gives is empty where that is gone."""
    return (b"XRANGE", key, id_, id_)


def after(key: str, id_: bytes, wait: float) -> Command:
    """Return the command that reads what follows an entry, and waits for it, in seconds."""
    return (
        *(b"XREAD", b"COUNT", AT_ONCE, b"BLOCK", round(wait * 1000)),
        *(b"STREAMS", key, id_),
    )


def run_of(info: bytes) -> str:
    """Return what names one run of a server, from its ``INFO server``."""
    return info.partition(b"run_id:")[2][:_RUN_DIGITS].decode("ascii")


def id_of(entry: Entry) -> bytes:
    """Return the id of an entry, as Redis knows it."""
    return bytes(entry[0])  # type: ignore[arg-type] # never a list


def position(run: str, entry: Entry) -> str:
    """Return the position of an entry, in one run of the server."""
    return f"{run}.{_text(id_of(entry))}"


def message(run: str, entry: Entry) -> Message:
    """Return what an entry says; what cannot be read says `*`."""
    _, parts = entry
    fields = dict(zip(parts[::2], parts[1::2], strict=False))
    id_ = position(run, entry)
    if fields.get(_BEGINNING) is not None:
        return Message(id_, ())
    try:
        return Message(id_, _targets(fields[_TARGETS]), _text(fields.get(_CALL, b"")))
    except (MizanError, LookupError, TypeError, ValueError) as error:
        logger.error("events.unreadable: %s is taken for *: %s", id_, error)  # noqa: TRY400
        return Message(id_, (EVERYTHING,))


def _targets(text: object) -> tuple[Target, ...]:
    read = decode(text) if isinstance(text, bytes) else None
    if not isinstance(read, list):
        raise TypeError("Its targets are no array.")
    return tuple([target_from_json(each) for each in read])


def _text(data: object) -> str:
    return data.decode("ascii") if isinstance(data, bytes) else ""
