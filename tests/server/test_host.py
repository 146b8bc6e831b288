"""mizan/server/host.py: what a framework does for the server."""

import inspect
from typing import Any

from mizan.server.host import ANONYMOUS, Host, Identity, Incoming, Reply


def test_an_identity() -> None:
    assert Identity() == ANONYMOUS
    assert ANONYMOUS.sub is None
    assert Identity("5", "k", by_token=True) != Identity("5")


def test_a_request_and_a_reply() -> None:
    incoming = Incoming("GET", native=None)
    assert (incoming.query, incoming.content_type, incoming.function) == ("", "", None)
    assert Reply(200, {}).body == b""


def test_a_host_has_every_member(host: Any) -> None:
    names = {name for name in vars(Host) if not name.startswith("_")} | set(Host.__annotations__)
    assert len(names) > 20
    for name in names:
        assert hasattr(host, name), name
        own, declared = getattr(type(host), name, None), vars(Host).get(name)
        if inspect.isfunction(declared) and inspect.isfunction(own):
            assert list(inspect.signature(own).parameters) == list(
                inspect.signature(declared).parameters
            ), name
