"""Fastly's and Cloudflare's interfaces for purging, as they publish them, for FakeApi, and what is
true of every purger that meets a trouble."""

from __future__ import annotations

import logging
import re

import pytest
from fake_api import FakeApi, Received, Reply

from mizan.edge.base import Purge, PurgeFailed, Purger

TOKEN = "hidden-token"
SERVICE = "SU1Z0isxPaozGVKXdv0eY"
ZONE = "023e105f4ecef8ad9ca31a8372d0c353"


def fastly(received: Received) -> Reply:
    """Answer as https://www.fastly.com/documentation/reference/api/purging/ says."""
    if received.headers.get("fastly-key") != TOKEN:
        detail = "Provided credentials are missing or invalid"
        return Reply.of({"msg": detail}, 401)
    if received.method != "POST" or not received.path.startswith(f"/service/{SERVICE}/"):
        return Reply.of({"msg": "Record not found", "detail": "Cannot find service"}, 404)
    if received.path.endswith("/purge_all"):
        return Reply.of({"status": "ok"})
    keys = received.json.get("surrogate_keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= 256:
        return Reply.of({"msg": "Bad request", "detail": "Too many keys"}, 400)
    return Reply.of({key: f"108-1391560174-{number}" for number, key in enumerate(keys)})


def cloudflare(received: Received) -> Reply:
    """Answer as https://developers.cloudflare.com/api/resources/cache/methods/purge/ says."""

    def reply(status: int, *errors: tuple[int, str]) -> Reply:
        listed = [{"code": code, "message": text} for code, text in errors]
        body = {"success": not errors, "errors": listed, "messages": []}
        return Reply.of(body | {"result": None if errors else {"id": ZONE}}, status)

    if received.headers.get("authorization") != f"Bearer {TOKEN}":
        return reply(401, (10000, "Authentication error"))
    if (received.method, received.path) != ("POST", f"/client/v4/zones/{ZONE}/purge_cache"):
        return reply(404, (7003, "Could not route to the path"))
    asked = received.json
    if asked == {"purge_everything": True}:
        return reply(200)
    tags = asked.get("tags")
    if asked.keys() != {"tags"} or not isinstance(tags, list) or not 1 <= len(tags) <= 100:
        return reply(400, (1094, "Unable to purge: at most 100 tags"))
    if not all(re.fullmatch(r"[!-~]{1,1024}", tag) for tag in tags):
        return reply(400, (1097, "Unable to purge: a tag is not valid"))
    return reply(200)


def varnish(received: Received) -> Reply:
    """Answer as the VCL of `mizan edge vcl` does."""
    if received.headers.get("x-mizan-purge-token") != TOKEN:
        return Reply(403, b"")
    fields = {"PURGE": "xkey-purge", "BAN": "x-mizan-ban"}
    field = fields.get(received.method)
    return Reply(200 if field and received.headers.get(field) else 400, b"")


def met(
    api: FakeApi, purger: Purger, purge: Purge, trouble: Reply, caplog: pytest.LogCaptureFixture
) -> tuple[str, float | None]:
    """Purge where a trouble is met, and once more; return the failure's code and `retry_after`.

    What failed is tried again as a whole, and no secret, such as TOKEN, is shown or logged.
    """
    caplog.set_level(logging.DEBUG)
    api.troubles.append(trouble)
    with pytest.raises(PurgeFailed) as caught:
        purger.purge(purge)
    purger.purge(purge)
    shown = f"{caught.value!r}{purger!r}{caplog.text}"
    assert "hidden" not in shown, shown
    return caught.value.code, caught.value.retry_after
