"""Boards with notes: a public context, whatever a mutation can make stale of it, pages, a hook."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from pydantic import BaseModel
from typing_extensions import TypedDict

from conformance_app.mizan.site import set_motto
from conformance_app.state import state
from conformance_app.users import may
from mizan.django import AppError, Context, Patch, client, invalidate

MOST_NOTES = 4


class Board(TypedDict):
    id: int
    title: str


class Note(TypedDict):
    id: int
    board_id: int
    text: str
    author: int | None


class NoteFields(BaseModel):
    text: str = ""
    author: int | None = None


class BoardContext(Context):
    """One board with its notes."""


class BoardFull(AppError):
    """The board takes no more notes."""

    limit: int


class BoardClosed(AppError):
    """The board is closed for good."""

    code = "app.board.closed"
    status = 410


def _board(board_id: int) -> dict[str, Any]:
    for board in state.boards:
        if board["id"] == board_id:
            return board
    raise Http404(f"There is no board {board_id}.")


def _note(note_id: int) -> dict[str, Any]:
    for note in state.notes:
        if note["id"] == note_id:
            return note
    raise Http404(f"There is no note {note_id}.")


def _added(board_id: int, text: str) -> Any:
    _board(board_id)
    number = max((note["id"] for note in state.notes), default=0) + 1
    note = {"id": number, "board_id": board_id, "text": text, "author": None}
    state.notes.append(note)
    return note


@client(context=BoardContext, rev=2)
def board_info(request: HttpRequest, board_id: int) -> Board:
    board: Any = _board(board_id)
    return board


@client(context=BoardContext, rev=1)
def board_notes(
    request: HttpRequest,
    board_id: int,
    newest_first: bool = False,
    limit: int = 10,
    author: int | None = None,
) -> list[Note]:
    found: list[Any] = [note for note in state.notes if note["board_id"] == board_id]
    if author is not None:
        found = [note for note in found if note["author"] == author]
    return (found[::-1] if newest_first else found)[:limit]


@client(affects=BoardContext, errors=[BoardFull, BoardClosed])
def add_note(request: HttpRequest, board_id: int, text: str) -> Note:
    if board_id == 3:
        raise BoardClosed("Board 3 is closed.")
    if sum(note["board_id"] == board_id for note in state.notes) >= MOST_NOTES:
        raise BoardFull("Take a note off first.", limit=MOST_NOTES)
    note: Note = _added(board_id, text)
    return note


@client(affects=BoardContext)
def move_note(request: HttpRequest, note_id: int, board_id: int) -> Note:
    note: Any = _note(note_id)
    _board(board_id)
    invalidate(BoardContext, board_id=note["board_id"])
    note["board_id"] = board_id
    return note


@client
def edit_note(request: HttpRequest, note_id: int, patch: Patch[NoteFields]) -> Note:
    note: Any = _note(note_id)
    note.update(patch.changes())
    invalidate(BoardContext, board_id=note["board_id"])
    return note


@client(affects=board_info)
def rename_board(request: HttpRequest, board_id: int, title: str) -> Board:
    board: Any = _board(board_id)
    board["title"] = title
    return board


@client(affects=BoardContext.by())
def touch_boards(request: HttpRequest, board_id: int) -> None:
    _board(board_id)


@client(affects=BoardContext, permission=lambda request: may("boards.clear", request.user.pk))
def clear_board(request: HttpRequest, board_id: int) -> int:
    _board(board_id)
    left = [note for note in state.notes if note["board_id"] != board_id]
    gone = len(state.notes) - len(left)
    state.notes = left
    return gone


@client
def touch_many(request: HttpRequest, count: int) -> None:
    for number in range(1, count + 1):
        invalidate(BoardContext, board_id=number)


@client(affects=BoardContext)
def note_and_motto(request: HttpRequest, board_id: int, text: str) -> Note:
    note = add_note(request, board_id=board_id, text=text)
    set_motto(request, motto=text)
    return note


@client(context=BoardContext, route="/boards/<int:board_id>/")
def board_page(request: HttpRequest, board_id: int) -> HttpResponse:
    return HttpResponse(_board(board_id)["title"], content_type="text/plain; charset=utf-8")


@client(affects=BoardContext, route="/boards/<int:board_id>/notes/")
def post_note(request: HttpRequest, board_id: int, text: str) -> HttpResponse:
    _added(board_id, text)
    return HttpResponse(status=204)


@client(affects=BoardContext, private=True, route="/hooks/boards/<int:board_id>/")
def board_hook(request: HttpRequest, board_id: int) -> HttpResponse:
    _added(board_id, request.body.decode())
    return HttpResponse(status=204)
