"""`mizan key`: the cache key of an entry (SPEC.md, section 11)."""

import click
from mizan.protocol.key import derive_cache_key
from mizan.schemas import problems

from mizan.cli.common import STDIN, InputError, read_json, read_secret, wrong_input


@click.command()
@click.argument("file", default=STDIN)
@click.option(
    "--secret-file", required=True, help="A file with the cache secret (32 bytes or more)."
)
def command(file: str, secret_file: str) -> None:
    """Print the cache key for the key input (kind `cache-key`) in FILE, default standard input."""
    document = read_json(file)
    found = problems("cache-key", document)
    if found:
        raise InputError(f"{file}: {found[0].pointer or '(whole document)'}: {found[0].message}")
    secret = read_secret(secret_file, "--secret-file")
    members = {name: value for name, value in document.items() if name != "v"}
    with wrong_input(secret_file):
        click.echo(derive_cache_key(secret, **members))
