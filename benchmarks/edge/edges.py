"""The edges that are tried, by name: each a program in front of an origin.

Invariant: all are started the same way, so that one test tries them all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import broken
from front import ROOT, Origin, Program
from servers import HOST


class Edge(Program):
    """What stands in front of an origin. `fault`: one of `broken.FAULTS`, or none."""

    is_cache = True
    keeps_users = False
    """Whether it keeps what is a user's own, for that user."""

    def __init__(self, origin: Origin, fault: str = "") -> None:
        super().__init__()
        self.origin = origin
        self.fault = fault


class Bare(Edge):
    """No edge at all."""

    name = "none"
    is_cache = False

    def start(self) -> None:
        self.port = self.origin.port


class Varnish(Edge):
    """Varnish with what `mizan edge vcl` writes."""

    name = "varnish"

    def command(self) -> Sequence[str]:
        vcl, manifest = self.folder / "mizan.vcl", str(self.origin.manifest())
        backend = f"{HOST}:{self.origin.port}"
        program = [sys.executable, "-m", "mizan", "edge", "vcl", "--manifest", manifest]
        token = self.folder / "token"
        token.write_text("the-token-of-an-edge-on-loopback")
        purge = ["--purge-token-file", str(token)]
        self.run(*program, "--backend", backend, "--out", str(vcl), *purge)
        broken.vcl(self.fault, vcl)
        self.folder.chmod(0o755)  # where it is root's, varnishd reads it as another user
        where = ["-n", str(self.folder / "varnish"), "-a", f"{HOST}:{self.port}"]
        return ["varnishd", "-F", *where, "-f", str(vcl), "-s", "malloc,64m"]


class Worker(Edge):
    """The command of packages/edge."""

    name = "mizan-edge"
    keeps_users = True

    def command(self) -> Sequence[str]:
        secret = self.folder / "secret"
        secret.write_text("the secret of an edge on loopback, which keeps nothing secret")
        package = broken.package(self.fault, ROOT / "packages" / "edge", self.folder)
        options = ["--origin", self.origin.url, "--manifest", str(self.origin.manifest())]
        options += ["--keys", str(self.origin.keys()), "--audience", "mizan"]
        options += ["--secret-file", str(secret), "--port", str(self.port)]
        return ["node", str(package / "dist" / "command.js"), *options]


EDGES: Mapping[str, type[Edge]] = {each.name: each for each in (Bare, Varnish, Worker)}
