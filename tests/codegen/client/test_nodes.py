"""Types as trees, and their layout (codegen/mizan_codegen/client/nodes.py)."""

from collections.abc import Callable
from pathlib import Path

from mizan_codegen.client.names import Names
from mizan_codegen.client.nodes import (
    NEVER,
    NULL,
    UNKNOWN,
    Atom,
    Both,
    Fixed,
    Many,
    Map,
    Node,
    Union,
    declare,
    flat,
    union,
)
from mizan_codegen.client.schema import Types

A, B = Atom("A", hugs=True), Atom("B", hugs=True)


def test_unions_are_flat_and_say_each_thing_once() -> None:
    assert union([NULL, A, union([B, A])]) == Union((A, B, NULL))
    assert union([A, NEVER]) == A
    assert union([]) == NEVER
    assert union([A, UNKNOWN, NULL]) == UNKNOWN


def test_one_line() -> None:
    either = union([A, B])
    assert flat(Many(either)) == "(A | B)[]"
    assert flat(Many(Both((A, B)))) == "(A & B)[]"
    assert flat(union([Both((A, B)), NULL])) == "(A & B) | null"
    assert flat(Fixed((A, either), 1, UNKNOWN)) == "[A, (A | B)?, ...unknown[]]"
    assert flat(Map(Many(A))) == "{ [key: string]: A[] }"
    assert flat(Map(A, either)) == "{ [Key in A | B]?: A }"


def test_prettier_leaves_declarations_of_every_length(
    tmp_path: Path, prettier: Callable[[], str]
) -> None:
    text = ""
    for size in range(1, 60):
        one, two = Atom("A" * size, hugs=True), Atom(f'"{"b" * size}"')
        shapes: list[Node] = [
            *(one, two, Many(one), union([one, NULL]), union([two, NULL]), union([one, two])),
            *(union([one, two, A, NULL]), Fixed((one, two, A), 2, None), Many(union([one, two]))),
            *(Fixed((union([one, two]),), 0, union([one, B])), Map(union([one, two, A]))),
            *(Map(A, union([one, two])), Both((one, A, Atom("C" * size)))),
            *(union([Both((one, A)), Both((one, B))]), union([Many(union([one, two])), two])),
            *(union([Fixed((one, two), 2, None), A]), Map(Map(Many(union([one, two]))))),
        ]
        for place, shape in enumerate(shapes):
            made = Types({}, Names())
            made.declare_node(f"T{size}{'x' * (place * 3)}", shape)
            text += made.text()
    (tmp_path / "a.ts").write_text(text.lstrip("\n"), "utf-8")
    assert prettier() == ""


def test_what_is_too_long_is_named() -> None:
    named: list[str] = []

    def shorten(node: Node, room: int, name: str) -> str:
        if len(flat(node)) <= room:
            return flat(node)
        named.append(name)
        return name

    long = union([Atom(f'"{letter * 60}"') for letter in "ab"])
    assert declare("T", Map(long), shorten) == "export type T = {\n  [key: string]: TValue;\n};\n"
    assert named == ["TValue"]
