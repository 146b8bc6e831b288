/** Boards with notes: a public context, whatever a mutation can make stale of it, pages, a hook. */

import { appError, client, Context, invalidate, Problem, type ClientFunction } from "@mizan/server";
import { integer, members, nothing, ref, text } from "./schemas.js";
import type { Board, Note, State } from "./state.js";

const MOST_NOTES = 4;

const BoardFull = appError<{ limit: number }>({
  code: "app.board_full",
  schema: ref("BoardFull"),
  description: "The board takes no more notes.",
});
const BoardClosed = appError({
  code: "app.board.closed",
  status: 410,
  description: "The board is closed for good.",
});

const board = new Context("board", {
  pageRoutes: ["/pages/boards/:board_id/"],
  description: "One board with its notes.",
});

interface OfBoard {
  readonly board_id: number;
}
type NewNote = OfBoard & { readonly text: string };

function boardOf({ data }: State, { board_id }: OfBoard): Board {
  const found = data.boards.find(({ id }) => id === board_id);
  if (found) return found;
  throw new Problem("not_found", `There is no board ${board_id}.`);
}

function noteOf({ data }: State, note_id: number): Note {
  const found = data.notes.find(({ id }) => id === note_id);
  if (found) return found;
  throw new Problem("not_found", `There is no note ${note_id}.`);
}

function added(state: State, { board_id, text: said }: NewNote): Note {
  boardOf(state, { board_id });
  const { notes } = state.data;
  const id = Math.max(0, ...notes.map((note) => note.id)) + 1;
  const note = { id, board_id, text: said, author: null };
  notes.push(note);
  return note;
}

function readers(state: State) {
  return [
    client(
      {
        name: "board_info",
        context: board,
        rev: 2,
        input: ref("BoardInfoInput"),
        output: ref("Board"),
      },
      (args: OfBoard) => boardOf(state, args),
    ),
    client(
      {
        name: "board_notes",
        context: board,
        rev: 1,
        input: ref("BoardNotesInput"),
        output: { type: "array", items: ref("Note") },
      },
      (args: OfBoard & { newest_first: boolean; limit: number; author?: number }) => {
        const { board_id, newest_first, limit, author } = args;
        const found = state.data.notes.filter(
          (note) => note.board_id === board_id && (author ?? note.author) === note.author,
        );
        return (newest_first ? found.reverse() : found).slice(0, limit);
      },
    ),
    client(
      {
        name: "board_page",
        context: board,
        route: "/boards/:board_id/",
        input: members({ board_id: integer }),
      },
      (args: OfBoard) =>
        new Response(boardOf(state, args).title, {
          headers: { "Content-Type": "text/plain; charset=utf-8" },
        }),
    ),
  ];
}

function views(state: State) {
  return [
    client(
      {
        name: "post_note",
        affects: board,
        route: "/boards/:board_id/notes/",
        input: members({ board_id: integer, text }),
      },
      (args: NewNote) => {
        added(state, args);
        return new Response(null, { status: 204 });
      },
    ),
    client(
      {
        name: "board_hook",
        affects: board,
        private: true,
        route: "/hooks/boards/:board_id/",
        input: members({ board_id: integer }),
      },
      async (args: OfBoard, call) => {
        added(state, { ...args, text: await call.request.text() });
        return new Response(null, { status: 204 });
      },
    ),
  ];
}

function mutations(state: State, setMotto: ClientFunction<{ motto: string }, string>) {
  const addNote = client(
    {
      name: "add_note",
      affects: board,
      errors: [BoardFull, BoardClosed],
      input: ref("AddNoteInput"),
      output: ref("Note"),
    },
    (args: NewNote) => {
      if (args.board_id === 3) throw new BoardClosed("Board 3 is closed.");
      const there = state.data.notes.filter(({ board_id }) => board_id === args.board_id);
      if (there.length >= MOST_NOTES) {
        throw new BoardFull("Take a note off first.", { limit: MOST_NOTES });
      }
      return added(state, args);
    },
  );
  return [
    addNote,
    client(
      { name: "move_note", affects: board, input: ref("MoveNoteInput"), output: ref("Note") },
      ({ note_id, board_id }: OfBoard & { note_id: number }) => {
        const note = noteOf(state, note_id);
        boardOf(state, { board_id });
        invalidate(board, { board_id: note.board_id });
        return Object.assign(note, { board_id });
      },
    ),
    client(
      { name: "edit_note", input: ref("EditNoteInput"), output: ref("Note") },
      ({ note_id, patch }: { note_id: number; patch: Partial<Note> }) => {
        const note = Object.assign(noteOf(state, note_id), patch);
        invalidate(board, { board_id: note.board_id });
        return note;
      },
    ),
    client(
      {
        name: "rename_board",
        affects: "board_info",
        input: ref("RenameBoardInput"),
        output: ref("Board"),
      },
      ({ title, ...args }: OfBoard & { title: string }) =>
        Object.assign(boardOf(state, args), { title }),
    ),
    client(
      {
        name: "touch_boards",
        affects: board.by(),
        input: ref("TouchBoardsInput"),
        output: nothing,
      },
      (args: OfBoard) => {
        boardOf(state, args);
      },
    ),
    client(
      {
        name: "clear_board",
        affects: board,
        permission: "boards.clear",
        input: ref("ClearBoardInput"),
        output: integer,
      },
      (args: OfBoard) => {
        boardOf(state, args);
        const { notes } = state.data;
        state.data.notes = notes.filter(({ board_id }) => board_id !== args.board_id);
        return notes.length - state.data.notes.length;
      },
    ),
    client(
      { name: "touch_many", input: ref("TouchManyInput"), output: nothing },
      ({ count }: { count: number }) => {
        for (let board_id = 1; board_id <= count; board_id += 1) invalidate(board, { board_id });
      },
    ),
    client(
      {
        name: "note_and_motto",
        affects: board,
        input: ref("NoteAndMottoInput"),
        output: ref("Note"),
      },
      async (args: NewNote) => {
        const note = await addNote(args);
        await setMotto({ motto: args.text });
        return note;
      },
    ),
  ];
}

export function boardFunctions(state: State, setMotto: ClientFunction<{ motto: string }, string>) {
  return [...readers(state), ...mutations(state, setMotto), ...views(state)];
}
