"""The `mizan` command: a table of commands, each loaded only when it runs.

Invariant: exit status 0 means fine, 1 the input is wrong, 2 the call is wrong; and nothing heavy is
imported before a command needs it, so `mizan --help` costs little more than importing click.
"""

import sys
from importlib import import_module

import click

from mizan import __version__

# name -> (module below mizan.cli whose `command` it is, the line that `mizan --help` shows)
COMMANDS: dict[str, tuple[str, str]] = {
    "canonical": ("canonical", "Print the canonical text or string of JSON values."),
    "codegen": ("codegen", "Generate code from the schemas."),
    "conformance": ("conformance", "List the vectors, or run them against a port."),
    "edge": ("edge", "Resolve targets to tags, URLs and URL patterns."),
    "fuzz": ("fuzz", "Compare a port with this implementation on random input."),
    "header": ("header", "Parse or format the X-Mizan-Invalidate field."),
    "key": ("key", "Derive the cache key of an entry."),
    "schema": ("schema", "List, show or compare schemas."),
    "token": ("token", "Inspect, verify or sign identity tokens (MWT)."),
    "validate": ("validate", "Check documents against the schemas."),
}


class LazyGroup(click.Group):
    """A group whose commands are the rows of `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of a command and return the command, or None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"mizan.cli.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101 (the table's own invariant)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 fine, 1 the input is wrong, 2 the call is wrong.",
)
@click.version_option(__version__, prog_name="mizan")
def cli() -> None:
    """Work with Mizan's documents, header fields, tokens and ports."""


def main(argv: list[str] | None = None) -> int:
    """Run the command line `argv` (default: the process's) and return the exit status."""
    try:
        cli.main(args=argv, prog_name="mizan")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return 0


def entry() -> None:
    """Run the process's command line and exit: the installed script's entry point."""
    sys.exit(main())
