"""Identity tokens and cache keys, beside PyJWT and the bare HMAC.

usage: scripts/bench tokens [--quick] [--json FILE]

A thousand tokens of different users, signed by HS256, are verified (signature, audience, times) and
signed by this project and by PyJWT; a thousand cache keys are derived, which nobody else does. The
floor is one HMAC over as many bytes.
"""

from __future__ import annotations

import hmac
import sys
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import jwt
from harness.program import Program
from harness.rows import Row
from harness.timer import race

from mizan.protocol import token
from mizan.protocol.key import derive_cache_key

ABOUT = """Tokens and cache keys

A thousand tokens of different users (HS256) verified and signed, and a thousand cache keys derived.
Microseconds of CPU time each. The floor is one HMAC over the same bytes; PyJWT checks signature,
audience and what must be there, as Mizan does, but cannot be told a time to check the end by."""
SECRET = b"protects nothing: 32 bytes or so."
ISSUED = 1_000_000_000
COUNT = 1000
FLOOR = "hmac"


def claims_of(number: int) -> dict[str, Any]:
    """Return a user's claims."""
    return {
        "sub": str(number),
        "aud": "shop",
        "iat": ISSUED,
        "exp": ISSUED + 60,
        "pkey": f"{number:032x}",
    }


def turns(do: Callable[[Any], object], inputs: Sequence[Any]) -> Callable[[], object]:
    """Return what does it for the next input."""
    following = cycle(inputs)
    return lambda: do(next(following))


def verifying(tokens: list[str]) -> dict[str, Callable[[], object]]:
    """Return what each contender does to a token."""
    keys = [token.Key.hs256("one", SECRET)]
    # PyJWT asks the clock itself, which is long past their end: that alone it leaves unchecked.
    options = {"verify_exp": False, "verify_iat": True, "require": ["sub", "aud", "iat", "exp"]}
    signed = [each.rpartition(".")[0].encode() for each in tokens]
    return {
        "mizan": turns(lambda t: token.verify(t, keys, audience="shop", now=ISSUED), tokens),
        "PyJWT": turns(
            lambda t: jwt.decode(t, SECRET, ["HS256"], audience="shop", options=options), tokens
        ),
        FLOOR: turns(lambda data: hmac.digest(SECRET, data, "sha256"), signed),
    }


def signing() -> dict[str, Callable[[], object]]:
    """Return how each contender signs claims."""
    claims = [claims_of(number) for number in range(COUNT)]
    keys = [token.Key.hs256("one", SECRET)]
    signed = [token.sign(each, keys).rpartition(".")[0].encode() for each in claims]
    headers = {"kid": "one", "typ": token.TYP}
    return {
        "mizan": turns(lambda each: token.sign(each, keys), claims),
        "PyJWT": turns(lambda each: jwt.encode(each, SECRET, "HS256", headers), claims),
        FLOOR: turns(lambda data: hmac.digest(SECRET, data, "sha256"), signed),
    }


def deriving() -> dict[str, Callable[[], object]]:
    """Return the derivation of a user's key, and the HMAC in it."""
    entry: dict[str, Any] = {"context": "orders", "aud": "shop", "rev": 1, "schema": 64 * "a"}
    users = [str(number) for number in range(COUNT)]
    data = [b"x" * 200] * COUNT  # as long as the text of such an entry

    def derive(user: str) -> str:
        return derive_cache_key(SECRET, **entry, params={"user_id": user}, user=user, pkey=32 * "b")

    return {
        "mizan": turns(derive, users),
        FLOOR: turns(lambda each: hmac.digest(SECRET, each, "sha256").hex(), data),
    }


def main() -> int:
    """Add the rows."""
    program = Program("tokens", __doc__)
    program.parse()
    keys = [token.Key.hs256("one", SECRET)]
    tokens = [token.sign(claims_of(number), keys) for number in range(COUNT)]
    for group, what, calls in (
        ("Tokens", "verify", verifying(tokens)),
        ("Tokens", "sign", signing()),
        ("Cache keys", "derive", deriving()),
    ):
        times = {name: seconds * 1e6 for name, seconds in race(calls, program.effort).items()}
        program.add(Row(group, what, "µs", times, FLOOR))
    program.finish(ABOUT, ["pyjwt"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
