"""Which server a command goes to: one server, a master that sentinels know, or a cluster's nodes
(SPEC.md, section 15).

A route's `course` is a generator of exchanges, so that one text serves threads and event loops.

Invariant: a command is sent again only if a server said that it did not run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from redis.exceptions import AskError, MovedError, NoScriptError, ReadOnlyError, ResponseError

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_scripts import in_full
from mizan.cache.redis_slots import Slots, slot_of
from mizan.cache.redis_wire import Address, Batch, Command, Course, Replies, Stale, key_of

_REDIRECTS = 5  # of one command: a migration needs two


class Route(Protocol):
    """Knows the servers. One is shared by all threads and event loops."""

    single: bool
    """Whether one server holds all keys."""

    def course(self, commands: Sequence[Command]) -> Course[Replies]:
        """Exchange commands for their replies, in order. Raises CacheUnavailable."""

    def nodes(self) -> Course[list[Address]]:
        """Return every server that holds keys."""

    def home(self, key: bytes) -> Course[Address]:
        """Return the server of a key, for who keeps a connection of his own to it."""

    def failed(self) -> None:
        """Forget what may no longer be so, as a server could not be reached."""


class One:
    """One server, which never moves."""

    single = True

    def __init__(self, address: Address) -> None:
        self.address = address

    def course(self, commands: Sequence[Command]) -> Course[Replies]:
        return (yield from exchange(self.address, commands))

    def nodes(self) -> Course[list[Address]]:
        yield from ()  # nothing has to be asked
        return [self.address]

    def home(self, key: bytes) -> Course[Address]:  # noqa: ARG002 (it has all keys)
        yield from ()
        return self.address

    def failed(self) -> None:
        pass


class Watched:
    """The master of a service, as sentinels say. Found anew after any failure."""

    single = True

    def __init__(self, sentinels: Sequence[Address], service: str) -> None:
        self._master: Address | None = None
        self.sentinels = list(sentinels)
        self.service = service

    def course(self, commands: Sequence[Command]) -> Course[Replies]:
        address = self._master or (yield from self._find())
        return (yield from exchange(address, commands))

    def nodes(self) -> Course[list[Address]]:
        return [(yield from self.home(b""))]

    def home(self, key: bytes) -> Course[Address]:  # noqa: ARG002 (it has all keys)
        return self._master or (yield from self._find())

    def failed(self) -> None:
        self._master = None

    def _find(self) -> Course[Address]:
        """Return the master. The first sentinel that knows it is asked first the next time."""
        why = ""
        command = (b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", self.service)
        for sentinel in tuple(self.sentinels):
            try:
                ((found,),) = yield [Batch(sentinel, [command])]
            except Stale:
                raise
            except CacheUnavailable as error:
                why = str(error)
                continue
            if not isinstance(found, list):
                why = f"{sentinel} knows no service {self.service!r}."
                continue
            self.sentinels.sort(key=lambda each: each != sentinel)
            address = Address(found[0].decode(), int(found[1]))
            # A sentinel may name a master that has just been replaced: the server itself knows.
            ((role,),) = yield [Batch(address, [(b"ROLE",)])]
            if isinstance(role, list) and role[0] == b"master":
                self._master = address
                return address
            why = f"{address} is not a master."
        raise CacheUnavailable(f"No sentinel led to the master of {self.service!r}: {why}")


class Spread:
    """A cluster: each key at the node that serves its slot."""

    single = False

    def __init__(self, seeds: Sequence[Address]) -> None:
        self.seeds = tuple(seeds)
        self._slots = Slots()

    def course(self, commands: Sequence[Command]) -> Course[Replies]:
        if self._slots.stale:
            yield from self._learn()
        replies: Replies = [None] * len(commands)
        todo = {index: Errand(command) for index, command in enumerate(commands)}
        for _ in range(1 + _REDIRECTS):
            answers = yield from self._round(todo)
            replies = [answers.get(index, reply) for index, reply in enumerate(replies)]
            todo = {i: errand for i, errand in todo.items() if self._again(errand, replies[i])}
            if not todo:
                break
        return checked(commands, replies)

    def nodes(self) -> Course[list[Address]]:
        yield from self._learn()
        return self._slots.nodes()

    def home(self, key: bytes) -> Course[Address]:
        if self._slots.stale:
            yield from self._learn()
        return self._slots.node(slot_of(key))

    def failed(self) -> None:
        self._slots.stale = True

    def _round(self, todo: dict[int, Errand]) -> Course[dict[int, object]]:
        """Send each errand to its node, all at one time; return the replies by index."""
        batches: dict[Address, list[Command]] = {}
        places: dict[Address, list[int]] = {}
        for index, errand in todo.items():
            errand.address = errand.ask or self._slots.node(errand.slot)
            commands = batches.setdefault(errand.address, [])
            indexes = places.setdefault(errand.address, [])
            if errand.ask:
                commands.append((b"ASKING",))
                indexes.append(-1)
            commands.append(errand.command)
            indexes.append(index)
        replies = yield [Batch(address, commands) for address, commands in batches.items()]
        flat: dict[int, object] = {}
        for indexes, answers in zip(places.values(), replies, strict=True):
            flat |= dict(zip(indexes, answers, strict=True))
        return flat

    def _again(self, errand: Errand, reply: object) -> bool:
        """Tell whether a command has to be sent again, and prepare that."""
        if isinstance(reply, NoScriptError):
            errand.command = in_full(errand.command)
            return True
        where = redirection(reply, errand.address)
        if where is None:
            return False
        once, address = where
        errand.ask = address if once else None
        if not once:
            self._slots.move(errand.slot, address)
        return True

    def _learn(self) -> Course[None]:
        """Ask the nodes, those that are known before the seeds, until one tells the slots."""
        why = "no node is known."
        for node in dict.fromkeys((*self._slots.nodes(), *self.seeds)):
            try:
                ((table,),) = yield [Batch(node, [(b"CLUSTER", b"SLOTS")])]
            except Stale:
                raise
            except CacheUnavailable as error:
                why = str(error)
                continue
            if isinstance(table, list) and table:
                self._slots.learn(table, node)
                return
            why = f"{node} is not a node of a cluster that serves slots: {table}"
        raise CacheUnavailable(f"No node told the cluster's slots: {why}")


class Errand:
    """A command on its way through a cluster: `address` is the node it was sent to last, `ask` one
    that is to do it this once, as its key has moved there ahead of its slot."""

    __slots__ = ("address", "ask", "command", "slot")

    def __init__(self, command: Command) -> None:
        self.command = command
        self.slot = slot_of(key_of(command))
        self.address = Address("", 0)
        self.ask: Address | None = None


def exchange(address: Address, commands: Sequence[Command]) -> Course[Replies]:
    """Exchange commands with one server, and send scripts that it does not know in full."""
    (replies,) = yield [Batch(address, commands)]
    unknown = [i for i, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
    if unknown:
        (answers,) = yield [Batch(address, [in_full(commands[i]) for i in unknown])]
        for i, reply in zip(unknown, answers, strict=True):
            replies[i] = reply
    return checked(commands, replies)


def checked(commands: Sequence[Command], replies: Replies) -> Replies:
    """Return the replies if none is an error; else raise Refused."""
    for command, reply in zip(commands, replies, strict=True):
        if isinstance(reply, ResponseError):
            raise Refused(command, reply)
    return replies


class Refused(CacheUnavailable):
    """A server answered, and did not do what it was asked for.

    `replaced`: because it is (no longer) the server to ask.
    """

    def __init__(self, command: Command, error: ResponseError) -> None:
        name = command[0].decode() if isinstance(command[0], bytes) else str(command[0])
        super().__init__(f"Redis refused {name}: {error}")
        self.replaced = isinstance(error, ReadOnlyError) or str(error).startswith(_REPLACED)


_REPLACED = ("READONLY", "MASTERDOWN", "CLUSTERDOWN", "MOVED", "Link with MASTER is down")


def redirection(reply: object, asked: Address) -> tuple[bool, Address] | None:
    """Return where a reply of `asked` sends a command: (whether only this once, address)."""
    if not isinstance(reply, ResponseError):
        return None
    words = str(reply).split()
    if isinstance(reply, AskError):  # newer versions of the library take the first word off
        words.insert(0, "MOVED" if isinstance(reply, MovedError) else "ASK")
    if words[0] not in ("MOVED", "ASK"):
        return None
    host, _, port = words[2].rpartition(":")
    return words[0] == "ASK", Address(host or asked.host, int(port))
