"""What the tests of the suite over HTTP share: the app on Django, servers with a fault, and servers
that say whatever a test has them say."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.http.app import App, load_app
from mizan_conformance.http.site import Reply, Site
from mizan_conformance.http.stage import Stage

ROOT = Path(__file__).resolve().parents[3]
DJANGO = ROOT / "conformance" / "app" / "django"

Say = Callable[..., bytes]


@contextmanager
def started(*command: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of the app until the block ends."""
    program = [sys.executable, *command]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()  # what ends the servers with a fault
            if "--all" not in command:
                process.kill()


@pytest.fixture(scope="session")
def django_url(request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """Give the URL of the app on Django, by `asgi` or `wsgi`."""
    urls: dict[str, str] = {}

    def url(kind: str) -> str:
        if kind not in urls:
            server = started(str(DJANGO / "serve.py"), f"--{kind}", "--port", "0")
            process = server.__enter__()
            request.addfinalizer(lambda: server.__exit__(None, None, None))
            assert process.stdout is not None
            urls[kind] = process.stdout.readline().strip()
        return urls[kind]

    return url


@pytest.fixture(scope="session")
def faulty() -> Iterator[dict[str, dict[str, str]]]:
    """Give the servers with a fault: URL, case and what it says, by name of the fault."""
    with started(str(DJANGO / "faulty.py"), "--all") as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "\n")
        yield {each["fault"]: each for each in map(json.loads, lines)}


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


@pytest.fixture
def say() -> Say:
    """Make the bytes of an HTTP response."""

    def make(body: Any = b"", status: int = 200, **headers: str) -> bytes:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(data)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + data

    return make


@pytest.fixture
def scripted() -> Iterator[Callable[..., Site]]:
    """Make a server that answers each connection with the next of some bytes, then with the last;
    None closes at once, and silence follows where it is an event."""
    listening: list[socket.socket] = []

    def serve(*answers: bytes | threading.Event | None) -> Site:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=_answer, args=(server, list(answers)), daemon=True).start()
        return Site(f"http://127.0.0.1:{server.getsockname()[1]}/", deadline=5.0)

    yield serve
    for server in listening:
        server.close()


def _answer(server: socket.socket, answers: list[bytes | threading.Event | None]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        with connection:
            connection.recv(1 << 20)
            if isinstance(answer, threading.Event):
                answer.wait(10)
            elif answer is not None:
                connection.sendall(answer)


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
