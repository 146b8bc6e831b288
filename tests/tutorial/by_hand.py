"""What docs/tutorial.md leaves to the reader's hands, over HTTP: a change in the admin, of which an
open stream of events is told, and after which a read gives what is new.

Invariant: nothing here knows more of the server than a browser and a page's script would.
"""

from __future__ import annotations

import http.client
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from typing import Any

from terminal import PATIENCE, Unlike

DISH = "/admin/menu/dish/1/change/"
PORTIONS = 9


class Site:
    """The reader's site on a port of this machine; he keeps cookies."""

    def __init__(self, port: str) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._host = f"127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._browser = urllib.request.build_opener(jar)

    def follow_a_change(self) -> None:
        """Change a dish in the admin. Raises Unlike where a page would not follow."""
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        connection.request("GET", "/api/mizan/events/?held=menu")
        stream = connection.getresponse()
        self._until(stream, "ready")
        self._sign_in()
        text = self._open(DISH)
        name = re.search(r'name="name" value="([^"]*)"', text)
        if name is None:
            raise Unlike(f"the admin shows no dish at {DISH}")
        self._send(DISH, text, name=name[1], portions=str(PORTIONS))
        told = self._until(stream, "invalidate")
        if told["targets"] != ["menu"]:
            raise Unlike(f"the stream told {told}, and not that menu is stale")
        (dish,) = json.loads(self._open("/api/mizan/ctx/menu/"))["dishes"]
        if dish["portions"] != PORTIONS:
            raise Unlike(f"after the change a read still gives {dish}")
        connection.close()

    def _sign_in(self) -> None:
        path = "/admin/login/?next=/admin/"
        text = self._send(path, self._open(path), username="ada", password="menu")
        if "Log out" not in text:
            raise Unlike("ada cannot sign in to the admin with the password menu")

    def _open(self, path: str, data: bytes | None = None) -> str:
        with self._browser.open(self._address + path, data, timeout=PATIENCE) as reply:
            text: str = reply.read().decode()
        return text

    def _send(self, path: str, form: str, **fields: str) -> str:
        """Fill in a form of a page, and send it."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        return self._open(path, urllib.parse.urlencode(fields).encode())

    def _until(self, stream: http.client.HTTPResponse, event: str) -> Any:
        """Read a stream up to an event; return its data."""
        seen = ""
        deadline = time.monotonic() + PATIENCE
        while (line := stream.readline().decode()) and time.monotonic() < deadline:
            if seen == event and line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
            if line.startswith("event: "):
                seen = line.removeprefix("event: ").strip()
        raise Unlike(f"no event '{event}' came on the stream, whose status is {stream.status}")
