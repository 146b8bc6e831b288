"""What MIZAN_CACHE says of a redis-server of the tests."""

from __future__ import annotations

from typing import Any

from servers import Server

PASSWORD = "the-tests-own-password"
SECRET = "the tests' own cache secret, 32 bytes and more"


def on_redis(server: Server) -> dict[str, Any]:
    """Return the setting; a busy machine may be slow."""
    return {"BACKEND": "redis", "URL": server.url, "SECRET": SECRET, "CALL_TIMEOUT": 5}
