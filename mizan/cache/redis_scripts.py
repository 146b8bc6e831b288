"""The scripts that run inside Redis (SPEC.md, section 15): `lua/`, each with one key.

Invariant: a script reads and writes its one key, and draws nothing: what is random comes with it.
"""

from __future__ import annotations

from hashlib import sha1
from importlib.resources import files

from mizan.cache.redis_wire import Command

_FOLDER = files("mizan.cache") / "lua"
_COMMON = (_FOLDER / "common.lua").read_text("utf-8")


class Script:
    """A script by its file's name. Calling it makes the command that runs it on a key."""

    __slots__ = ("sha", "text")

    def __init__(self, name: str) -> None:
        self.text = (_COMMON + (_FOLDER / f"{name}.lua").read_text("utf-8")).encode()
        # Redis names scripts so; it protects nothing.
        self.sha = sha1(self.text, usedforsecurity=False).hexdigest().encode()

    def __call__(self, key: str, *args: bytes | int) -> Command:
        return (b"EVALSHA", self.sha, 1, key, *args)


OPEN = Script("open")
STAMP = Script("stamp")
YIELD = Script("yield")
FORGET = Script("forget")

_TEXTS = {script.sha: script.text for script in (OPEN, STAMP, YIELD, FORGET)}


def in_full(command: Command) -> Command:
    """Return the command with the script's text, for a server that does not know its SHA (yet).

    The server keeps the script, so that it is sent once.
    """
    _, sha, *rest = command
    return (b"EVAL", _TEXTS[sha], *rest)  # type: ignore[index]
