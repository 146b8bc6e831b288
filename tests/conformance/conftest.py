"""What the tests of the suite share: small vectors, ports that are broken in one way, the app on
Django and in TypeScript, servers of it with a fault, and servers that say whatever a test has them
say."""

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mizan.models.port import HelloOk
from mizan.resources import app_dir
from mizan_conformance.http.site import Site
from mizan_conformance.port import Process
from mizan_conformance.report import Report, Result
from mizan_conformance.vectors import Vector, payload

ROOT = Path(__file__).resolve().parent.parent.parent
BROKEN = ROOT / "conformance" / "ports" / "broken" / "port.py"
DJANGO = ROOT / "conformance" / "app" / "django"
TYPESCRIPT = app_dir() / "typescript" / "dist" / "serve.js"

Make = Callable[..., Vector]
Say = Callable[..., bytes]


@pytest.fixture
def make_vector() -> Make:
    """Make one vector of `canonical`; the arguments replace its members."""

    def make(name: str, value: Any = "plain", **members: Any) -> Vector:
        op = members.pop("op", "canonical")
        input_ = members.pop("input", {"value": value})
        return Vector(
            **{
                "id": f"{op}/{name}",
                "topic": op,
                "op": op,
                "requirements": ("MZ-CAN-001",),
                "flags": (),
                "note": f"Shows {name}.",
                "input": input_,
                "expect": {"ok": {"text": value}},
                "payload": payload(op, input_),
                **members,
            }
        )

    return make


@pytest.fixture
def broken() -> Callable[[str], list[str]]:
    """Give the command of the port with a fault."""
    return lambda fault: [sys.executable, str(BROKEN), fault]


@pytest.fixture
def vectors(make_vector: Make) -> Sequence[Vector]:
    """Twenty plain vectors, with the one that a broken port stumbles over in their middle."""
    plain = [make_vector(f"v{index}", f"value {index}") for index in range(20)]
    return [*plain[:10], make_vector("bad", "bad"), *plain[10:]]


@pytest.fixture
def hello() -> HelloOk:
    """What a port says of itself."""
    return HelloOk(
        name="logo-port", version="2.1", language="Logo", spec=["1.0"], capabilities=["canonical"]
    )


@pytest.fixture
def report(make_vector: Make, hello: HelloOk) -> Report:
    """A report with one of everything."""
    return Report(
        command=("logo", "port.lgo"),
        hello=hello,
        results=[
            Result(make_vector("a"), "passed"),
            Result(make_vector("b", flags=("NoAnswer",)), "failed", "expected 1, got \x00\ud800"),
            Result(make_vector("c", op="jcs"), "skipped", "the port does not declare jcs"),
            Result(make_vector("d", op="jcs"), "not run", "the port could not be started"),
        ],
        unattributed=["crash: it ended with exit status 4."],
        fatal="the port does not start as a port: crash",
    )


@pytest.fixture
def start_process() -> Iterator[Callable[[str], Process]]:
    """Start a Python program; it is ended after the test."""
    with ExitStack() as stack:

        def start(program: str) -> Process:
            process = Process([sys.executable, "-c", program])
            stack.callback(process.close)
            return process

        yield start


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


@pytest.fixture
def typescript_url() -> Iterator[str]:
    """The URL of the app in TypeScript: scripts/setup gets Node and builds it."""
    node = shutil.which("node")
    assert node, "there is no node on PATH: scripts/setup gets it"
    assert TYPESCRIPT.is_file(), "the app is not built: npm run build"
    command = [node, str(TYPESCRIPT), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@pytest.fixture(scope="session")
def faulty() -> Iterator[dict[str, dict[str, str]]]:
    """Give the servers with a fault: URL, case and what it says, by name of the fault."""
    with started(str(DJANGO / "faulty.py"), "--all") as process:
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "\n")
        yield {each["fault"]: each for each in map(json.loads, lines)}


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
