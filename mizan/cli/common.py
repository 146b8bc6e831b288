"""What the commands share: reading input strictly, and turning errors into messages.

Invariant: a wrong input ends with one clear message on standard error and exit status 1; a wrong
call (a file that is not there, an option that is off, a package that is missing) with status 2.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
from click.shell_completion import CompletionItem

from mizan.errors import MizanError
from mizan.protocol.decode import LIMIT, decode

STDIN = "-"
_STDIN_TAKEN = "mizan.stdin"


class InputError(click.ClickException):
    """The input is wrong: shown as one message, exit status 1."""

    exit_code = 1


class Kind(click.ParamType):  # type: ignore[type-arg]  # older releases take none
    """The name of a kind of document; loads the schemas only when a value is given."""

    name = "kind"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | None:
        """Return the kind, or refuse it with a list of those that there are."""
        from mizan.schemas import kinds

        if value not in kinds():
            self.fail(f"{value!r} is no kind: one of {', '.join(kinds())}.", param, ctx)
        return str(value)

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 (click's signature)
        param: click.Parameter,  # noqa: ARG002 (click's signature)
        incomplete: str,
    ) -> list[CompletionItem]:
        """Complete the kinds."""
        from mizan.schemas import kinds

        return [CompletionItem(kind) for kind in kinds() if kind.startswith(incomplete)]


style_option = click.option(
    "--format",
    "style",
    type=click.Choice(["human", "json"]),
    default="human",
    show_default=True,
    help="A line for each finding, or one JSON object.",
)

# A file to read: completed by shells, and refused at once where it is not there.
INPUT = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True)


def shown(path: str) -> str:
    """Return what messages call an input: its path, or `standard input`."""
    return "standard input" if path == STDIN else path


@contextmanager
def wrong_input(where: str) -> Iterator[None]:
    """Turn a `MizanError` raised inside into an `InputError` that names the place `where`."""
    try:
        yield
    except MizanError as error:
        raise InputError(f"{where}: {error} [{error.code}]") from error


@contextmanager
def open_input(path: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for `-`. Raises UsageError where it cannot be read."""
    if path == STDIN:
        yield _standard_input()
        return
    try:
        with Path(path).open("rb") as stream:
            yield stream
    except OSError as error:
        raise click.UsageError(f"Cannot read {path}: {error.strerror}.") from error


def _standard_input() -> BinaryIO:
    if sys.stdin is None:
        message = "Standard input is closed: name a file, or send the input through a pipe."
        raise click.UsageError(message)
    meta = click.get_current_context().meta
    if meta.get(_STDIN_TAKEN):
        message = "Standard input can be read only once: name a file instead of the second `-`."
        raise click.UsageError(message)
    meta[_STDIN_TAKEN] = True
    return sys.stdin.buffer


def read_bytes(path: str) -> bytes:
    """Return the bytes of an input, as many as `decode` may need to refuse it for its size."""
    with open_input(path) as stream:
        return stream.read(LIMIT + 1)


def read_argument(text: str) -> bytes:
    """Return the bytes of an argument, or for `-` standard input without its last line end."""
    return read_bytes(STDIN).rstrip(b"\r\n") if text == STDIN else os.fsencode(text)


def read_json(path: str) -> Any:
    """Return the JSON value of an input, read strictly (SPEC.md, 5.1)."""
    with wrong_input(shown(path)):
        return decode(read_bytes(path))


def read_document(path: str, kind: str) -> Any:
    """Return the document of an input. Raises as `check_document`."""
    document = read_json(path)
    check_document(path, kind, document)
    return document


def check_document(path: str, kind: str, document: Any) -> None:
    """Raise InputError with all that is wrong with the document of an input."""
    from mizan.schemas import problems

    found = [
        f"{shown(path)}: {each.pointer or '(whole document)'}: {each.message}"
        for each in problems(kind, document)
    ]
    if found:
        raise InputError("\n".join(found))


def echo_json(value: Any) -> None:
    """Print a JSON value for people and pipes: indented, members in their order."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def need(extra: str, *packages: str) -> None:
    """Raise UsageError where one of the packages that an extra brings is not installed."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        message = f"This needs {' and '.join(missing)}: pip install 'mizan-protocol[{extra}]'."
        raise click.UsageError(message)
