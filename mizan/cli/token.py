"""`mizan token inspect|verify|sign`: identity tokens (SPEC.md, section 13).

Invariant: keys come from files, and no command prints one.
"""

import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import click

from mizan.cli.common import (
    INPUT,
    STDIN,
    InputError,
    echo_json,
    read_bytes,
    read_json,
    shown,
    wrong_input,
)
from mizan.protocol.decode import decode
from mizan.protocol.token import ALGORITHMS, Key, sign, verify

KEYS_HELP = "A file with a JSON array of keys (JWK); {}."

_looks_like_a_token = re.compile(r"[\w-]{10,}\.[\w-]+\.[\w-]*").fullmatch


class TokenFile(click.Path):
    """A file with a token; says so, without repeating it, where the token itself is given."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | Any:
        """Return the path."""
        if _looks_like_a_token(str(value)):
            self.fail(
                "it is a file, or - for standard input, and not the token itself: a list of "
                "processes shows arguments to everybody.",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


TOKEN = TokenFile(exists=True, dir_okay=False, readable=True, allow_dash=True)


@click.group()
def command() -> None:
    """Inspect, verify or sign identity tokens (MWT)."""


@command.command()
@click.argument("token", type=TOKEN, default=STDIN)
def inspect(token: str) -> None:
    """Print header and claims of the token in the file TOKEN.

    Without TOKEN, or with `-`, it reads standard input. Nothing is verified: anybody can have
    written what it prints.

    \b
    Example:
      mizan token inspect token.txt
    """
    where = shown(token)
    header, claims, _signature = _segments(_read_token(token), where)
    parts = {"header": header, "claims": claims}
    echo_json({name: _object(data, f"{where}: {name}") for name, data in parts.items()})
    click.echo("Nothing was verified: anybody can have written this.", err=True)


@command.command("verify")
@click.argument("token", type=TOKEN, default=STDIN)
@click.option(
    "--keys",
    "keys_file",
    required=True,
    type=INPUT,
    help=KEYS_HELP.format("the token's kid chooses one"),
)
@click.option("--audience", required=True, help="The audience that the token must name.")
@click.option(
    "--now",
    type=int,
    metavar="SECONDS",
    help="The time, in seconds since 1970; default: now.",
)
@click.option(
    "--alg",
    "algs",
    multiple=True,
    type=click.Choice(ALGORITHMS),
    help="Accept only this algorithm; may be given several times. Default: both.",
)
def verify_(
    token: str, keys_file: str, audience: str, now: int | None, algs: tuple[str, ...]
) -> None:
    """Verify the token in the file TOKEN and print its claims.

    Without TOKEN, or with `-`, it reads standard input. A token that is not valid exits with 1 and
    says why.

    \b
    Example:
      mizan token verify --keys keys.json --audience shop token.txt
    """
    text = _read_token(token)
    keys = _read_keys(keys_file)
    with wrong_input(shown(token)):
        claims = verify(
            text,
            keys,
            audience=audience,
            now=int(time.time()) if now is None else now,
            algs=algs or ALGORITHMS,
        )
    echo_json(claims)


@command.command("sign")
@click.argument("claims", type=INPUT, default=STDIN)
@click.option(
    "--keys",
    "keys_file",
    required=True,
    type=INPUT,
    help=KEYS_HELP.format("the first one signs"),
)
def sign_(claims: str, keys_file: str) -> None:
    """Print a token with the claims in the JSON file CLAIMS.

    Without CLAIMS, or with `-`, it reads standard input. The claims are `sub`, `aud`, `iat`, `exp`
    and `pkey`; `kid` is the key's.

    \b
    Example:
      mizan token sign --keys keys.json claims.json > token.txt
    """
    document = read_json(claims)
    if not isinstance(document, dict):
        raise InputError(f"{shown(claims)}: expected a JSON object of claims.")
    keys = _read_keys(keys_file)
    with wrong_input(shown(claims)):
        click.echo(sign(document, keys))


def _read_token(path: str) -> str:
    # Latin-1 reads any bytes; what is no token is refused by what it says, not by its encoding.
    return read_bytes(path).decode("latin-1").strip()


def _read_keys(path: str) -> list[Key]:
    listed = read_json(path)
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise InputError(f"{shown(path)}: expected a JSON array of keys (JWK objects).")
    keys = []
    for number, item in enumerate(listed):
        with wrong_input(f"{shown(path)}, key {number}"):
            try:
                keys.append(Key.from_jwk(item))
            except ImportError as error:
                raise click.UsageError(str(error)) from error
    if not keys:
        raise InputError(f"{shown(path)}: expected at least one key (JWK).")
    return keys


def _segments(text: str, where: str) -> list[bytes]:
    """Return the three parts of a token, decoded."""
    try:
        header, claims, signature = map(_from_base64url, text.split("."))
    except ValueError as error:
        message = "expected three segments of unpadded base64url, joined by dots"
        raise InputError(f"{where}: {message} [token.malformed]") from error
    return [header, claims, signature]


def _from_base64url(text: str) -> bytes:
    """Decode strictly: a text is accepted only if encoding gives it again."""
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(data).rstrip(b"=") != text.encode():
        raise ValueError(text)
    return data


def _object(data: bytes, where: str) -> dict[str, Any]:
    with wrong_input(where):
        value = decode(data)
    if not isinstance(value, dict):
        raise InputError(f"{where}: expected a JSON object [token.malformed]")
    return value
