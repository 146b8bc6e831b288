"""`mizan edge vcl`: Varnish as an edge, from a manifest (SPEC.md, sections 8 to 12)."""

import ipaddress
import re
from pathlib import Path
from typing import Any

import click

from mizan.cli.common import INPUT, read_document
from mizan.edge_vcl import Options, cases, render

_is_host = re.compile(r"[A-Za-z0-9.:_-]+").fullmatch
_is_path = re.compile(r"/[A-Za-z0-9._/~+-]*").fullmatch


class Backend(click.ParamType):  # type: ignore[type-arg]  # older releases take none
    """HOST:PORT; an address of IPv6 stands in brackets."""

    name = "host:port"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Return host and port, or refuse the value."""
        host, _, port = value.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (_is_host(host) and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            self.fail(f"{value!r} is not HOST:PORT, such as 127.0.0.1:8000.", param, ctx)
        return host, int(port)


class Network(click.ParamType):  # type: ignore[type-arg]  # older releases take none
    """An address or a network."""

    name = "address"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address as it was written, or refuse it."""
        try:
            ipaddress.ip_network(value)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        return value


class TokenFile(click.ParamType):  # type: ignore[type-arg]  # older releases take none
    """An absolute path; the file may come to be later, on the machine that runs Varnish."""

    name = "file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the path, or refuse it."""
        if not _is_path(value):
            self.fail(f"{value!r} is no absolute path of [A-Za-z0-9._/~+-].", param, ctx)
        return value


@click.command()
@click.option(
    "--manifest",
    required=True,
    type=INPUT,
    help="The server's manifest: a file, or - for standard input.",
)
@click.option(
    "--backend",
    type=Backend(),
    default="{}:{}".format(*Options().backend),
    show_default=True,
    help="Where the origin listens.",
)
@click.option("--out", type=click.Path(dir_okay=False), help="Write here, not to standard output.")
@click.option(
    "--tests",
    type=click.Path(file_okay=False),
    help="Write cases for varnishtest to this directory, too.",
)
@click.option(
    "--purge-token-file",
    type=TokenFile(),
    help="Where Varnish reads the token of PURGE and BAN. Without it neither is taken.",
)
@click.option(
    "--purger",
    "purgers",
    type=Network(),
    multiple=True,
    default=Options().purgers,
    show_default=True,
    help="An address or network that may purge, with the token. May be repeated.",
)
@click.option(
    "--stale-if-error",
    type=click.IntRange(0, 31_536_000),
    default=Options().stale_if_error,
    show_default=True,
    metavar="SECONDS",
    help="How long what expired is served while the origin is down. What was purged never is.",
)
@click.option(
    "--show-tags",
    is_flag=True,
    help="Leave tags and s-maxage in replies: another cache stands before Varnish.",
)
def vcl(
    manifest: str,
    backend: tuple[str, int],
    out: str | None,
    tests: str | None,
    purge_token_file: str | None,
    purgers: tuple[str, ...],
    stale_if_error: int,
    show_tags: bool,
) -> None:
    """Write a VCL that makes Varnish an edge of the server.

    For Varnish 7.1 or later with header, str, var, xkey (Debian: varnish, varnish-modules). It
    keeps public contexts, and pages and views that show only such contexts, where the origin lets
    it; a mutation purges as it passes. Replies that differ between users are never stored: Varnish
    cannot verify an MWT.

    \b
    Examples:
      mizan edge vcl --manifest manifest.json --out edge.vcl
      mizan edge vcl --manifest manifest.json --out edge.vcl --tests cases
      varnishtest cases/*.vtc
    """
    document = read_document(manifest, "manifest")
    options = Options(backend, purgers, purge_token_file, stale_if_error, show_tags)
    if tests:
        folder = Path(tests).resolve()
        _write_cases(document, options, folder)
    text = render(document, options)
    if out:
        Path(out).write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


def _write_cases(document: Any, options: Options, folder: Path) -> None:
    """Write the cases, and the rules beside them, which they include."""
    folder.mkdir(parents=True, exist_ok=True)
    written = dict(cases(document, options, str(folder)))
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    count = sum(name.endswith(".vtc") for name in written)
    click.echo(f"{count} cases, for the kinds of URL that the manifest has, in {folder}", err=True)
