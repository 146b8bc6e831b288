"""`mizan token inspect|verify|sign`: identity tokens (SPEC.md, section 13).

Invariant: keys come from files, and no command prints one.
"""

import time
from typing import Any

import click
from mizan.protocol.token import Key, inspect, sign, verify

from mizan.cli.common import InputError, echo_json, read_bytes, read_json, wrong_input

KEYS_HELP = "A file with a JSON array of keys (JWK); the first one signs."


@click.group()
def command() -> None:
    """Inspect, verify or sign identity tokens (MWT)."""


@command.command("inspect")
@click.argument("token")
def inspect_(token: str) -> None:
    """Print header and claims of TOKEN (a file, or - for standard input). Verifies nothing."""
    with wrong_input(token):
        header, claims = inspect(_read_token(token))
    echo_json({"header": header, "claims": claims, "verified": False})


@command.command("verify")
@click.argument("token")
@click.option("--keys", "keys_file", required=True, help=KEYS_HELP)
@click.option("--audience", required=True, help="The audience that the token must name.")
@click.option("--now", type=int, help="The time in seconds since the epoch; default: the clock's.")
@click.option("--alg", "algs", multiple=True, type=click.Choice(["HS256", "EdDSA"]))
def verify_(
    token: str, keys_file: str, audience: str, now: int | None, algs: tuple[str, ...]
) -> None:
    """Verify TOKEN (a file, or - for standard input) and print its claims."""
    text = _read_token(token)
    keys = _read_keys(keys_file)
    with wrong_input(token):
        claims = verify(
            text,
            keys,
            audience=audience,
            now=int(time.time()) if now is None else now,
            algs=algs or ("HS256", "EdDSA"),
        )
    echo_json(claims)


@command.command("sign")
@click.argument("claims")
@click.option("--keys", "keys_file", required=True, help=KEYS_HELP)
def sign_(claims: str, keys_file: str) -> None:
    """Print a token with the claims in CLAIMS (a JSON file, or - for standard input)."""
    document = read_json(claims)
    if not isinstance(document, dict):
        raise InputError(f"{claims}: expected a JSON object of claims.")
    keys = _read_keys(keys_file)
    with wrong_input(claims):
        click.echo(sign(document, keys))


def _read_token(path: str) -> str:
    return read_bytes(path).decode("latin-1").strip()


def _read_keys(path: str) -> list[Key]:
    listed: Any = read_json(path)
    if not isinstance(listed, list) or not listed:
        raise InputError(f"{path}: expected a JSON array with at least one key (JWK).")
    with wrong_input(path):
        return [Key.from_jwk(item) for item in listed]
