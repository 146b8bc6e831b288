"""docs/guides/moving.md: REST framework and django-ninja say what is stale, as the page has it."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide import notes, play, run

# What the page says of its code in words.
_SAID = """
import pytest
from mizan.testing.django import assert_fetches_fresh, assert_invalidates
from notes.models import Board, Note

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def board():
    return Board.objects.create(pk=1, title="Plans")


def post(client, path, body):
    return client.post(path, body, content_type="application/json")


POSTS = [
    ("/drf/notes/", {"board": 1, "text": "Milk"}),
    ("/ninja/boards/1/notes", {"text": "Milk"}),
]


@pytest.mark.parametrize(("path", "body"), POSTS)
def test_old_endpoints_make_new_reads_stale(mizan_client, path, body):
    with assert_fetches_fresh(mizan_client, "board", board_id=1) as seen:
        response = post(mizan_client, path, body)
    assert response.status_code in (200, 201)
    assert_invalidates(response, "board;board_id=1")
    assert response["X-Mizan-Invalidate"] == "board;board_id=1"
    assert [each["text"] for each in seen.after["notes"]] == ["Milk"]


def test_decorators_need_no_watch(mizan_client, monkeypatch):
    from mizan.django import watching

    monkeypatch.setattr(watching, "WATCHES", [])
    for path, body in POSTS:
        assert_invalidates(post(mizan_client, path, body), "board;board_id=1")
    Board.objects.create(pk=2, title="Errands")
    url = f"/drf/notes/{Note.objects.first().pk}/"
    moved = mizan_client.patch(url, {"board": 2}, content_type="application/json")
    assert_invalidates(moved, "board;board_id=1", "board;board_id=2")
    assert_invalidates(mizan_client.delete(url))  # which has no decorator


def test_updates_and_deletions_of_the_viewset_are_seen(mizan_client):
    note = Note.objects.create(board_id=1, text="Milk")
    url = f"/drf/notes/{note.pk}/"
    changed = mizan_client.patch(url, {"text": "Tea"}, content_type="application/json")
    assert_invalidates(changed, "board;board_id=1")
    assert_invalidates(mizan_client.delete(url), "board;board_id=1")


def test_the_function_refuses_what_the_shape_does(mizan_client):
    call = lambda text: mizan_client.call("add_checked_note", board_id=1, text=text)
    assert call("x" * 81).problem["errors"][0]["pointer"] == "/text"
    assert [call("Milk").status for _ in range(4)] == [200, 200, 200, 409]
"""


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    played = play("guides/moving.md", notes(tmp_path))
    assert len(played.commands) == 1
    (tmp_path / "notes" / "test_said.py").write_text(_SAID)
    done = run(tmp_path, "python -m pytest -q notes/test_said.py")
    assert "5 passed" in done.stdout, done.stdout
