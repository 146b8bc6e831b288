"""docs/guides/deployment.md: its servers, its worker and its Redis run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
import yaml
from guide import FILES, ROOT, blocks, environment, notes, run, write
from servers import HOST, free_ports, program, wait_for

PAGE = "guides/deployment.md"
# In place of PostgreSQL, which `scripts/with-postgres` starts for whole runs.
_SETTINGS = """
from settings_production import *
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
"""
_GIVEN = {
    "SECRET_KEY": "".join(map(str, range(40))),
    "MIZAN_CACHE_SECRET": "c" * 32,
    "ALLOWED_HOSTS": "notes.example",
    "PGDATABASE": "app",
}
BOARD = "/api/mizan/ctx/board/?board_id=1&newest_first=false"
EVENTS = "/api/mizan/events/?held=board%3Bboard_id%3D1%3Bnewest_first%3Dfalse"


def compose() -> Any:
    (block,) = blocks(PAGE, "yaml")
    return yaml.safe_load(block.text)


def commands() -> list[str]:
    return [each.text.strip() for each in blocks(PAGE, "sh")]


@contextmanager
def started(folder: Path, command: str, **given: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the end of the block; it has to end by itself when it is told to."""
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            shlex.split(command),
            cwd=folder,
            env=environment(folder, **given),
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def ask(port: int, path: str, body: Any = None) -> tuple[int, dict[str, str], str]:
    """Ask as the proxy in front does; of a stream only what it begins with is read."""
    headers = {"X-Forwarded-Proto": "https", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", data, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
            is_stream = reply.headers["Content-Type"].startswith("text/event-stream")
            text = b"".join(reply.readline() for _ in range(3)) if is_stream else reply.read()
            return reply.status, _lower(reply.headers), text.decode()
    except urllib.error.HTTPError as error:
        return error.code, _lower(error.headers), error.read().decode()


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = notes(tmp_path)
    for block in blocks(PAGE, *FILES):
        write(folder, block)
    (folder / "settings_test.py").write_text(_SETTINGS)
    return folder


@pytest.mark.server
@pytest.mark.slow
def test_the_servers(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servers.PATIENCE", 90)  # six processes start at once
    wsgi, asgi, store = free_ports(3)
    given = {
        **_GIVEN,
        "DJANGO_SETTINGS_MODULE": "settings_test",
        "REDIS_URL": f"redis://{HOST}:{store}/0",
        "BIND": f"{HOST}:{wsgi}",
    }
    gunicorn, uvicorn, outbox = commands()
    redis = compose()["services"]["redis"]["command"].replace("redis-server", program(), 1)
    fill = "from notes.models import Board; Board.objects.create(pk=1, title='Plans')"
    made = run(
        project,
        "python manage.py check --deploy --settings settings_production >said 2>&1 && "
        "python manage.py migrate --run-syncdb --verbosity 0 && "
        f'python manage.py shell -c "{fill}"',
        **given,
    )
    said = (project / "said").read_text()
    assert made.returncode == 0, made.stderr + said
    assert "mizan." not in said
    with (
        started(project, f"{redis} --port {store} --bind {HOST}"),
        started(project, gunicorn, **given),
        started(project, f"{uvicorn} --port {asgi}", **given),
        started(project, outbox, **given) as worker,
    ):
        for port in (wsgi, asgi):
            wait_for("a server", lambda port=port: _answers(port))
            for path in ("/ready/", "/metrics/"):
                assert ask(port, path)[0] == 200, (project / "log").read_text()
        _follow(wsgi, asgi)
        examined = run(project, "python manage.py mizan_cache doctor", **given)
        assert examined.returncode == 0, examined.stdout + examined.stderr
        assert worker.poll() is None
    assert worker.returncode == 0
    errors = re.findall(r" ERROR .*", (project / "log").read_text())
    assert errors == [" ERROR django.request Not Implemented: /api/mizan/events/"]


def _answers(port: int) -> bool:
    try:
        return ask(port, "/live/")[0] == 200
    except OSError:
        return False


def _follow(wsgi: int, asgi: int) -> None:
    """A change through one process is seen through the other, whose cache had what was before."""
    for port in (wsgi, asgi):
        assert json.loads(ask(port, BOARD)[2])["notes"] == []
    assert ask(wsgi, BOARD)[1]["cache-status"] == "mizan; hit"
    call = {"function": "add_note", "args": {"board_id": 1, "text": "Milk"}}
    status, headers, _ = ask(asgi, "/api/mizan/call/", call)
    assert (status, headers["x-mizan-invalidate"]) == (200, "board;board_id=1")
    assert [each["text"] for each in json.loads(ask(wsgi, BOARD)[2])["notes"]] == ["Milk"]
    assert ask(wsgi, EVENTS)[0] == 501
    status, _, text = ask(asgi, EVENTS)
    assert (status, "event: ready" in text) == (200, True)


def test_the_containers_are_those_of_the_page() -> None:
    document = compose()
    services = document["services"]
    _, uvicorn, outbox = commands()
    web = shlex.split(services["web"]["command"])
    assert set(shlex.split(uvicorn)) <= set(web)
    assert services["outbox"]["command"] == outbox
    for service in services.values():
        for name, condition in service.get("depends_on", {}).items():
            assert name in services
            is_healthy = condition["condition"] == "service_healthy"
            assert not is_healthy or "healthcheck" in services[name]
        for volume in service.get("volumes", ()):
            assert volume.partition(":")[0] in document["volumes"]
    asked = {*re.findall(r'os\.environ\["(\w+)"\]', _text("settings_production.py"))}
    assert asked <= services["web"]["environment"].keys()
    url = re.search(r"http://127\.0\.0\.1:(\d+)/(\w+)/", services["web"]["healthcheck"]["test"][-1])
    assert url is not None
    assert url[1] in web
    assert f'path("{url[2]}/"' in _text("urls_production.py")


INSTRUCTIONS = {"CMD", "COPY", "ENV", "EXPOSE", "FROM", "RUN", "USER", "WORKDIR"}


def test_the_image_is_one_that_can_be_made() -> None:
    name, text = blocks(PAGE, "dockerfile")[0].file()
    assert name == "Dockerfile"
    lines = [line.partition(" ") for line in text.splitlines() if line]
    words = [word for word, _, _ in lines]
    assert set(words) <= INSTRUCTIONS
    assert (words[0], words[-1]) == ("FROM", "CMD")
    assert words.index("RUN") < words.index("USER")
    for word, _, rest in lines:
        if word == "RUN":
            assert subprocess.run(["bash", "-n", "-c", rest], check=False).returncode == 0
        if word == "CMD":
            assert shutil.which(json.loads(rest)[0], path=environment(ROOT)["PATH"])


def _text(name: str) -> str:
    files = [each.file() for each in blocks(PAGE, "python")]
    return "".join(content for each, content in files if each == name)
