"""The shop behind an edge that is tried, as gunicorn serves it: late, or with a planted fault.

BEHIND, a JSON object of the environment, says what `Behind` does to replies. All of it is done to
what leaves the application, so the shop itself is as it always is.

Invariant: without BEHIND every reply is the shop's own, to the byte.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
Application = Callable[..., Any]
Headers = list[tuple[str, str]]
HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""How passwords are hashed: quickly, as all of them are known."""
PURGES = ("x-mizan-invalidate", "cache-group-invalidation")


@dataclass(frozen=True)
class Behind:
    """`late`: the share of reads that leave up to `longest` seconds after they were computed.

    `noted`: a file that gets a byte for each of those.
    `gate`: a folder; while it has a file `closed` no read leaves, and each makes a file `waiting`.
    `scopes` false: mutations purge whole contexts, as if nothing had a parameter that scopes it.
    `fault`: `no-purge` tells no edge what is stale, `no-user` calls what is a user's public; a
    file `fault` of the gate names another.
    """

    late: float = 0.0
    longest: float = 0.0
    noted: str = ""
    gate: str = ""
    scopes: bool = True
    fault: str = ""

    def text(self) -> str:
        """Return it as BEHIND."""
        return json.dumps(asdict(self))

    def wait(self, method: str) -> None:
        """Keep some reads back: what they say may be stale when they leave."""
        if method != "GET":
            return
        if random.random() < self.late:
            if self.noted:
                with Path(self.noted).open("ab") as file:
                    file.write(b".")
            time.sleep(random.uniform(0, self.longest))
        closed = Path(self.gate, "closed")
        if self.gate and closed.exists():
            closed.with_name("waiting").touch()
            while closed.exists():
                time.sleep(0.01)

    def headers(self, headers: Headers) -> Headers:
        """Return the headers of a reply, as they leave."""
        planted = Path(self.gate, "fault")
        fault = planted.read_text() if self.gate and planted.exists() else self.fault
        if fault == "no-purge":
            return [(name, value) for name, value in headers if name.lower() not in PURGES]
        if fault == "no-user":
            return list(_public(headers))
        return headers if self.scopes else _broad(headers)


def _public(headers: Headers) -> Iterable[tuple[str, str]]:
    """Yield headers by which a reply of a user's own passes for everybody's."""
    own = any("private, no-cache" in value for name, value in headers if name == "Cache-Control")
    for name, value in headers:
        if own and name == "Cache-Control":
            yield name, "public, max-age=0, s-maxage=3600"
        elif not own or name not in ("Vary", "Mizan-Cache-Control"):
            yield name, value


def _broad(headers: Headers) -> Headers:
    """Return headers that purge each context that is named as a whole."""
    from mizan.protocol import header
    from mizan.protocol.targets import Target

    said = next((value for name, value in headers if name.lower() == PURGES[0]), None)
    if said is None or said == "*":
        return headers
    names = sorted({each.context for each in header.parse(said)})
    kept = [(name, value) for name, value in headers if name.lower() not in PURGES]
    groups = ", ".join(f'"{each}"' for each in names)
    targets = header.format(Target(each) for each in names)
    return [*kept, ("X-Mizan-Invalidate", targets), ("Cache-Group-Invalidation", groups)]


def wrapped(application: Application, behind: Behind) -> Application:
    """Return the application with replies as `behind` has them."""

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        def start_late(status: str, headers: Headers, *more: Any) -> Any:
            behind.wait(environ["REQUEST_METHOD"])
            return start(status, behind.headers(headers), *more)

        return application(environ, start_late)

    return serve


def served() -> Application:
    """Return what gunicorn serves."""
    from django.conf import settings

    from shop.wsgi import application

    database = settings.DATABASES["default"]
    database["CONN_MAX_AGE"] = None  # logging in to PostgreSQL is slow
    if database["ENGINE"].endswith("sqlite3"):  # or those who change at once would be refused
        database["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 30}
    settings.PASSWORD_HASHERS = HASHERS
    return wrapped(application, Behind(**json.loads(os.environ.get("BEHIND", "{}"))))
