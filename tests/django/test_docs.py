"""docs/django.md is true: its code runs, its exchanges happen, its tables are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "django.md").read_text("utf-8")

# What the guide leaves to Django's own start: a database, a secret, where the URLs are.
SETTINGS = """
SECRET_KEY = "x" * 50
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["mizan.W006"]  # there is one process only
"""

PLUGINS = ("-ppytest_django.plugin", "-pmizan.testing.pytest_plugin", "-pno:cacheprovider")

# What the guide says of its later functions in words.
MORE = """
import json
import re
import pytest
from django.contrib.auth.models import User
from django.template import Engine, RequestContext
from mizan.testing.django import assert_invalidates
from notes.models import Board, Note
from exchanges import EXCHANGES, TEMPLATE

pytestmark = pytest.mark.django_db


@pytest.fixture
def boards():
    return [Board.objects.create(pk=pk, title="Plans") for pk in (1, 2)]


@pytest.fixture
def note(boards):
    return Note.objects.create(board=boards[0], text="Milk")


def test_the_exchanges(mizan_client, boards):
    for method, path, body, status, headers, expected in EXCHANGES:
        response = mizan_client.generic(method, path, body, "application/json")
        assert response.status_code == status
        assert {name: response[name] for name in headers} == headers
        assert response.text == expected


def test_both_boards_of_a_moved_note_are_stale(mizan_client, note):
    reply = mizan_client.call("move_note", note_id=note.pk, board_id=2)
    assert_invalidates(reply, "board;board_id=1", "board;board_id=2")


def test_a_bound_parameter_is_filled(mizan_client, note):
    ada = User.objects.create(username="ada")
    assert mizan_client.read("mine").status == 401
    mizan_client.force_login(ada)
    reply = mizan_client.call("sign_note", board_id=1, note_id=note.pk)
    assert_invalidates(reply, "board;board_id=1", f"mine;user_id={ada.pk}")
    assert mizan_client.read("mine")["my_notes"] == [reply.result]


def test_a_declared_error(mizan_client, note):
    for _ in range(2):
        mizan_client.call("copy_note", board_id=1, note_id=note.pk)
    problem = mizan_client.call("copy_note", board_id=1, note_id=note.pk).problem
    assert (problem["status"], problem["code"]) == (409, "app.board_full")
    assert problem["data"] == {"limit": 3}


def test_a_patch(mizan_client, note):
    assert mizan_client.call("edit_note", board_id=1, note_id=note.pk, patch={}).status == 200
    empty = mizan_client.call("edit_note", board_id=1, note_id=note.pk, patch={"text": ""})
    assert empty.problem["errors"][0]["pointer"] == "/text"
    assert mizan_client.call("edit_note", board_id=1, note_id=0, patch={}).status == 404


def test_pages_and_webhooks(mizan_client, boards):
    assert mizan_client.get("/boards/1/").text == "Plans"
    hook = mizan_client.generic("POST", "/hooks/boards/2/", b"paid", "text/plain")
    assert_invalidates(hook, "board;board_id=2")
    assert Note.objects.get().text == "paid"


def test_existing_code(mizan_client, rf, boards, note):
    from notes import views
    from notes.mizan import BoardContext

    for write in (
        lambda: note.save(),
        lambda: Note.objects.filter(pk=note.pk).update(text="Eggs"),
        lambda: views.paste(rf.post("/", {"text": "Tea"}), board_id=1),
        lambda: views.Shorten.as_view()(rf.post("/"), board_id=1),
    ):
        assert mizan_client.read("board", board_id=1).status == 200
        assert mizan_client.get("/api/mizan/ctx/board/?board_id=1&newest_first=false")[
            "Cache-Status"
        ] == "mizan; hit"
        write()
        assert mizan_client.get("/api/mizan/ctx/board/?board_id=1&newest_first=false")[
            "Cache-Status"
        ] == "mizan; fwd=miss; stored"
    views.swap(1, 2)
    assert len(mizan_client.read("board", board_id=2)["notes"]) == 2


def test_a_page_begins_with_data(rf, boards, note):
    engine = Engine(libraries={"mizan": "mizan.django.templatetags.mizan"})
    request = rf.get("/")
    request.user = User.objects.create(username="ada")
    page = engine.from_string(TEMPLATE).render(RequestContext(request, {"board": boards[0]}))
    board, mine = re.findall(r'<script type="application/mizan.json">(.*?)</script>', page)
    [slice_] = json.loads(board)
    assert slice_["params"] == {"board_id": 1, "newest_first": False}
    assert slice_["data"]["notes"] == [{"id": note.pk, "text": "Milk"}]
    assert json.loads(mine) == [{"context": "mine", "data": {"my_notes": []}, "params": {}}]
"""


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def exchange(block: str) -> tuple[str, str, str, int, dict[str, str], str]:
    """Return (method, path, body, status, headers, expected body) of an exchange."""
    request, _, reply = re.split(r"^(?=\d{3} )", block, flags=re.MULTILINE)[0], None, block
    head, _, body = request.strip().partition("\n\n")
    method, path = head.splitlines()[0].split(" ")
    found = re.search(r"^(\d{3}) .*\n((?:.+: .+\n)*)\n(.*)\n", reply, re.MULTILINE)
    assert found is not None
    headers = dict(line.split(": ", 1) for line in found[2].splitlines())
    return method, path, body, int(found[1]), headers, found[3]


def template() -> str:
    """Return the lines of the template."""
    return "".join(re.findall(r"^    (\{% .*\n)", GUIDE, re.MULTILINE))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's project, as files."""
    folder = tmp_path_factory.mktemp("guide")
    for block in blocks("python"):
        name, _, code = block.removeprefix("# ").partition("\n")
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as out:
            out.write(code)
    (folder / "notes" / "__init__.py").touch()
    (folder / "test_more.py").write_text(MORE)
    exchanges = f"EXCHANGES = {list(map(exchange, blocks('http')))!r}\n"
    (folder / "exchanges.py").write_text(exchanges + f"TEMPLATE = {template()!r}\n")
    with (folder / "settings.py").open("a") as out:
        out.write(SETTINGS)
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {
        **os.environ,
        "PYTHONPATH": path.rstrip(os.pathsep),
        "DJANGO_SETTINGS_MODULE": "settings",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_declarations_have_no_faults(project: Path) -> None:
    done = run(project, "django", "check", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


def test_the_code_does_what_is_said(project: Path) -> None:
    done = run(project, "pytest", "-q", *PLUGINS, "notes/tests.py", "test_more.py")
    assert "10 passed" in done.stdout, done.stdout + done.stderr


def test_each_block_is_of_a_language_that_is_run() -> None:
    assert set(re.findall(r"^```(\w+)$", GUIDE, re.MULTILINE)) == {"python", "http"}
