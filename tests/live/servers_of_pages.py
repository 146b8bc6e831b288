"""Runs the site of `pages/` under uvicorn, on loopback, for tests."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

from servers import HOST, free_ports, wait_for

HERE = Path(__file__).resolve().parent
PATIENCE = 30.0  # seconds
# Ids that are found in bytes only where they are told.
ADA, BOB = 700_000_111, 700_000_222
_FILL = f"""
import json, django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
from mizan.django import create_mwt
call_command("migrate", verbosity=0)
users = [User.objects.create_user(name, pk=pk) for name, pk in (("ada", {ADA}), ("bob", {BOB}))]
print(json.dumps({{user.pk: create_mwt(user) for user in users}}))
"""


class Site:
    """The site under uvicorn. `events` is its MIZAN_EVENTS."""

    def __init__(self, events: dict[str, Any], *options: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._options = options
        (self.port,) = free_ports(1)
        self._environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "pages.settings",
            "LIVE_FOLDER": self._folder.name,
            "LIVE_EVENTS": json.dumps(events),
            "PYTHONPATH": str(HERE),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.log = Path(self._folder.name, "log")

    def __enter__(self) -> Self:
        command = [sys.executable, "-c", _FILL]
        filled = subprocess.run(
            command, env=self._environment, check=True, stdout=subprocess.PIPE, text=True
        )
        self.tokens = {int(pk): token for pk, token in json.loads(filled.stdout).items()}
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        self._folder.cleanup()

    def start(self) -> None:
        """Start it, where it listened before, and wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", "pages.asgi:application", "--host", HOST]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--port", str(self.port), *self._options],
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        wait_for("an answer of uvicorn", self._answers)

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(self.log.read_text())
        try:
            self.call("change", thing_id=0)
        except OSError:
            return False
        return True

    def stop(self) -> int:
        """Tell it to end, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def call(self, function: str, **args: Any) -> dict[str, str]:
        """Call a mutation; return the headers of its reply."""
        wire = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            body = json.dumps({"function": function, "args": args})
            wire.request("POST", "/m/call/", body, {"Content-Type": "application/json"})
            reply = wire.getresponse()
            text = reply.read()
            assert reply.status == 200, text
            return {name.lower(): value for name, value in reply.getheaders()}
        finally:
            wire.close()

    def position(self, path: str = "ctx/thing/?thing_id=1") -> str | None:
        """Return the position that a read says."""
        wire = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            wire.request("GET", f"/m/{path}")
            reply = wire.getresponse()
            reply.read()
            return reply.getheader("X-Mizan-Event")
        finally:
            wire.close()
