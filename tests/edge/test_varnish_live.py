"""mizan.edge.varnish against a real Varnish, with the VCL of `mizan edge vcl`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_api import FakeApi, Received, Reply

from mizan.edge.base import PurgeFailed, purge_of
from mizan.edge.send import Sender
from mizan.edge.varnish import VarnishPurger
from mizan.edge_vcl import Options, render
from mizan.protocol.guards import Guard, tag
from mizan.protocol.tags import format as fields_of
from mizan.protocol.targets import EVERYTHING, Target

pytestmark = pytest.mark.server
TOKEN = "hidden-token"
CONTEXT: dict[str, Any] = {
    "endpoint": "/api/mizan/ctx/board/",
    "functions": [{"name": "board", "path": "rpc", "rev": 0}],
    "parameters": [{"name": "board_id", "type": {"kind": "int"}, "required": True}],
    "bound_params": [],
    "scope_params": ["board_id"],
    "views": [],
    "page_routes": ["/boards/:board_id/"],
    "render_strategy": "psr",
    "user_scoped": False,
    "rev": 0,
    "cache": True,
}
MANIFEST: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/api/mizan/",
    "contexts": {"board": CONTEXT},
    "mutations": {},
}
BOARDS = {number: f"/api/mizan/ctx/board/?board_id={number}" for number in (1, 2, 3)}


def origin(received: Received) -> Reply:
    """Answer a read of a board with its tags."""
    guards = [Guard("board"), Guard("board", (("board_id", received.path[-1]),))]
    kept = {"Cache-Control": "public, max-age=0, s-maxage=31536000", "ETag": '"1"'}
    return Reply(200, b"{}", kept | fields_of(map(tag, guards), ["varnish"]))


class Varnish:
    """A varnishd; `asked` says which boards the origin is asked for."""

    def __init__(self, api: FakeApi, folder: Path, token: str = TOKEN) -> None:
        host, port = api.url.removeprefix("http://").split(":")
        (folder / "token").write_text(f"{token}\n")
        options = Options(backend=(host, int(port)), purge_token_file=str(folder / "token"))
        (folder / "edge.vcl").write_text(render(MANIFEST, options))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{free.getsockname()[1]}"
        where = ["-n", str(folder / "varnish"), "-a", self.url.removeprefix("http://")]
        self._api = api
        self._process = subprocess.Popen(
            ["varnishd", "-F", *where, "-f", str(folder / "edge.vcl"), "-s", "malloc,16m"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def asked(self) -> list[int]:
        """Read every board; return those that were not kept."""
        before, sender = len(self._api.received), Sender(10.0)
        for path in BOARDS.values():
            assert sender.send("GET", self.url + path, {}).body == b"{}"
        sender.close()
        return [int(each.path[-1]) for each in self._api.received[before:]]

    def until_ready(self) -> None:
        end = time.monotonic() + 60
        while True:
            try:
                Sender(1.0).ask("GET", f"{self.url}/ready1", {})
            except PurgeFailed:
                assert time.monotonic() < end
                assert self._process.poll() is None
                time.sleep(0.1)
            else:
                return

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[FakeApi, Varnish, Varnish]]:
    if shutil.which("varnishd") is None:
        pytest.fail("There is no varnishd: apt-get install varnish varnish-modules.")
    with FakeApi(origin) as api, tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / each for each in ("a", "b")]
        Path(name).chmod(0o755)  # root's varnishd reads it as a user of its own
        for each in folders:
            each.mkdir(0o755)
        nodes = [Varnish(api, each) for each in folders]
        try:
            for each in nodes:
                each.until_ready()
            yield api, nodes[0], nodes[1]
        finally:
            for each in nodes:
                each.end()


@pytest.fixture
def nodes(started: tuple[FakeApi, Varnish, Varnish]) -> tuple[Varnish, Varnish]:
    """Two servers that keep every board."""
    for each in started[1:]:
        each.asked()
        assert each.asked() == []
    return started[1:]


@pytest.fixture
def make(nodes: tuple[Varnish, Varnish]) -> Iterator[Callable[..., VarnishPurger]]:
    made: list[VarnishPurger] = []

    def make(**given: Any) -> VarnishPurger:
        usual = {"nodes": [each.url for each in nodes], "token": TOKEN}
        made.append(VarnishPurger(**usual | given))
        return made[-1]

    yield make
    for each in made:
        each.close()


def board(number: int) -> Target:
    return Target("board", (("board_id", number),))


def test_what_has_the_tags_goes_from_every_node(
    nodes: tuple[Varnish, Varnish], make: Callable[..., VarnishPurger]
) -> None:
    make(urls=False).purge(purge_of(MANIFEST, [board(1), board(3)]))
    assert [each.asked() for each in nodes] == [[1, 3], [1, 3]]
    assert [each.asked() for each in nodes] == [[], []]


def test_a_whole_context_and_everything_go(
    nodes: tuple[Varnish, Varnish], make: Callable[..., VarnishPurger]
) -> None:
    for target in (Target("board"), EVERYTHING):
        make(urls=False).purge(purge_of(MANIFEST, [target]))
        assert [each.asked() for each in nodes] == [[1, 2, 3], [1, 2, 3]]


def test_urls_are_banned(
    nodes: tuple[Varnish, Varnish], make: Callable[..., VarnishPurger]
) -> None:
    purge = purge_of(MANIFEST, [board(2)])
    make().purge(purge._replace(tags=()))  # as what carries no tags
    assert [each.asked() for each in nodes] == [[2], [2]]
    make().purge(purge_of(MANIFEST, [Target("board")])._replace(tags=()))
    assert nodes[0].asked() == [1, 2, 3]


def test_many_tags_and_urls_are_taken(
    nodes: tuple[Varnish, Varnish], make: Callable[..., VarnishPurger]
) -> None:
    make().purge(purge_of(MANIFEST, [board(number) for number in range(2, 300)]))
    assert nodes[0].asked() == [2, 3]


def test_a_wrong_token_purges_nothing(
    nodes: tuple[Varnish, Varnish], make: Callable[..., VarnishPurger]
) -> None:
    with pytest.raises(PurgeFailed, match="unauthorized"):
        make(token="hidden-other").purge(purge_of(MANIFEST, [EVERYTHING]))
    assert [each.asked() for each in nodes] == [[], []]
