"""What the commands share: reading JSON input strictly, and turning errors into messages.

Invariant: a wrong input ends with one clear message on standard error and exit status 1; a wrong
call (a file that is not there, an option that is off) with status 2.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from mizan.protocol.decode import decode

from mizan.errors import MizanError

STDIN = "-"


class InputError(click.ClickException):
    """The input is wrong: shown as one message, exit status 1."""

    exit_code = 1


@contextmanager
def wrong_input(where: str) -> Iterator[None]:
    """Turn a `MizanError` raised inside into an `InputError` that names the place `where`."""
    try:
        yield
    except MizanError as error:
        raise InputError(f"{where}: {error} [{error.code}]") from error


def read_bytes(path: str) -> bytes:
    """Return the bytes of a file, or of standard input for `-`. Raises UsageError if unreadable."""
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {path}: {error.strerror}.") from error


def read_json(path: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the JSON value of a file or of standard input, read strictly (SPEC.md, 5.1)."""
    with wrong_input("standard input" if path == STDIN else path):
        return decode(read_bytes(path))


def parse_json(text: str, what: str) -> Any:  # noqa: ANN401 (any JSON value)
    """Return the JSON value of an argument or option; `what` names it in the error."""
    with wrong_input(what):
        return decode(text)


def echo_json(value: Any) -> None:  # noqa: ANN401 (any JSON value)
    """Print a JSON value for people and pipes: indented, keys sorted, UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True))


def read_secret(path: str, what: str) -> bytes:
    """Return a secret from a file: its bytes without one trailing newline. `what` names it.

    Secrets come from files, never from arguments: a process list shows those to everybody.
    """
    secret = read_bytes(path)
    if not secret.strip():
        raise InputError(f"{what}: {path} is empty; expected at least 32 bytes.")
    return secret.removesuffix(b"\n").removesuffix(b"\r")
