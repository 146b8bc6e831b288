"""The `mizan` command: a table of commands, each loaded only when it runs.

Invariant: exit status 0 means fine, 1 the input is wrong, 2 the call is wrong; and nothing heavy is
imported before a command needs it, so `mizan --help` costs little more than importing click.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from mizan import __version__

INTERRUPTED = 130  # 128 + SIGINT, as shells report it
NOBODY_READS = 141  # 128 + SIGPIPE

# name -> (module below mizan.cli whose `command` it is, the line that `mizan --help` shows)
COMMANDS: dict[str, tuple[str, str]] = {
    "canonical": ("canonical", "Print the canonical text or string of a JSON value."),
    "codegen": ("codegen", "Generate code from the schemas."),
    "conformance": (
        "conformance",
        "List the test vectors, run them against a port; test a server over HTTP.",
    ),
    "edge": ("edge", "Resolve targets to tags, URLs and URL patterns; make Varnish an edge."),
    "fuzz": ("fuzz", "Send random input to a port, or random requests to a live server."),
    "header": ("header", "Parse or format the field X-Mizan-Invalidate."),
    "key": ("key", "Print the cache key of an entry."),
    "schema": ("schema", "List, show or compare schemas."),
    "token": ("token", "Inspect, verify or sign identity tokens (MWT)."),
    "validate": ("validate", "Check documents against the schemas."),
}


class LazyGroup(click.Group):
    """A group whose commands are the rows of `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 (click's signature)
        """Import the module of a command and return the command, or None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"mizan.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 (the table's own invariant)
        return command

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the arguments as click does, and end well where nobody reads the help."""
        with _until_nobody_reads():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command as click does, and end well where nobody reads its output."""
        with _until_nobody_reads():
            status = super().invoke(ctx)
            sys.stdout.flush()
            return status

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a command's name from the table, importing none of them."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        found = [CompletionItem(name, help=COMMANDS[name][1]) for name in names]
        return found + click.Command.shell_complete(self, ctx, incomplete)


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """End with a status of its own where the output's reader has gone (click makes that a 1)."""
    try:
        yield
    except BrokenPipeError:
        _drop_output()
        raise click.exceptions.Exit(NOBODY_READS) from None


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 fine, 1 the input is wrong, 2 the call is wrong.",
)
@click.version_option(__version__, prog_name="mizan")
def cli() -> None:
    """Work with Mizan's documents, header fields, tokens and ports.

    \b
    Examples:
      mizan validate manifest.json
      mizan header parse 'user;user_id=5, notifications'
      mizan conformance run -- node port.js

    `mizan COMMAND --help` says more.
    """


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's) and return the exit status."""
    try:
        status: int | None = cli.main(args=argv, prog_name="mizan", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED
    except OSError as error:
        _drop_output()
        click.echo(f"Error: {error.strerror or error}", err=True)
        return 2
    return status or 0


def entry() -> None:
    """Run the process's command line and exit: the installed script's entry point."""
    _prepare_streams()
    sys.exit(main())


def _prepare_streams() -> None:
    """Write UTF-8 whatever the locale is, and nowhere where the caller closed a stream.

    What UTF-8 cannot hold, a byte of a file's name, is written as JSON would escape it.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (it stays open)
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 (it stays open)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _drop_output() -> None:
    """Send to nowhere what could not be written: Python writes it out again when it exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
