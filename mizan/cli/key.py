"""`mizan key`: the cache key of an entry (SPEC.md, section 11)."""

import click

from mizan.cli.common import INPUT, STDIN, read_bytes, read_document, shown, wrong_input
from mizan.protocol.key import check_secret, derive_cache_key


@click.command()
@click.argument("file", type=INPUT, default=STDIN)
@click.option(
    "--secret-file",
    required=True,
    type=INPUT,
    help="A file with the cache secret: its bytes, 32 or more, without a line end at their end.",
)
def command(file: str, secret_file: str) -> None:
    """Print the cache key for the key input (kind `cache-key`) in FILE.

    Without FILE, or with `-`, it reads standard input. The secret comes from a file, since a list
    of processes shows arguments to everybody.

    \b
    Example:
      mizan key --secret-file secret entry.json
    """
    document = read_document(file, "cache-key")
    secret = _without_line_end(read_bytes(secret_file))
    with wrong_input(shown(secret_file)):
        check_secret(secret, "cache secret")
    members = {name: value for name, value in document.items() if name != "v"}
    with wrong_input(shown(file)):
        click.echo(derive_cache_key(secret, **members))


def _without_line_end(data: bytes) -> bytes:
    return data.removesuffix(b"\n").removesuffix(b"\r")
