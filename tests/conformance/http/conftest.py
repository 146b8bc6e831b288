"""What the tests of the suite over HTTP share: replies, and stages whose server is a function."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.app import App, load_app
from mizan_conformance.http.site import Reply, Site
from mizan_conformance.http.stage import Stage


@pytest.fixture(scope="session")
def app() -> App:
    """The documents of the app."""
    return load_app()


@pytest.fixture
def reply() -> Callable[..., Reply]:
    """Make a reply of an endpoint; the arguments replace its members."""

    def make(body: Any = b"", status: int = 200, **members: Any) -> Reply:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {name.lower(): value for name, value in members.pop("headers", {}).items()}
        given = {"method": "GET", "target": "/mizan/ctx/site/", "status": status}
        return Reply(**{**given, "headers": headers, "body": data, **members})

    return make


Handler = Callable[[str, str, dict[str, str], bytes], Reply]


@pytest.fixture
def talk(app: App) -> Callable[[Handler], Stage]:
    """Make a stage whose server is a function of the request."""

    def make(handler: Handler) -> Stage:
        site = Site("http://127.0.0.1:9/")
        site.ask = lambda method, target, headers, body=None: handler(  # type: ignore[method-assign]
            method, target, dict(headers), body or b""
        )
        return Stage(site, app)

    return make
