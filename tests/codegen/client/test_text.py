"""Strings, members, numbers and comments (codegen/mizan_codegen/client/text.py)."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_codegen.client.text import Code, comment, literal, member, scalar, string, width

ODD = [
    "",
    "a",
    'say "hi"',
    "it's",
    "\\",
    "*/",
    "\n\r\t\0\x7f",
    "\u2028",
    "größe",
    "名前",
    "❤️",
    "😀",
    "\ud800",
]


def test_strings_are_read_back_as_they_were(
    tmp_path: Path, tsc: Callable[[], object], prettier: Callable[[], str]
) -> None:
    texts = [*ODD, *(f"{each} {other}" for each in ODD for other in ODD)]
    lines = "".join(f"  {string(each)},\n" for each in texts)
    (tmp_path / "a.ts").write_text(f"export const texts = [\n{lines}];\n", "utf-8")
    assert prettier() == ""
    assert tsc() == []
    program = f"console.log(JSON.stringify([\n{lines}]))"
    done = subprocess.run(["node", "-e", program], capture_output=True, check=True)
    assert json.loads(done.stdout) == texts


def test_members_are_quoted_where_they_are_no_identifiers() -> None:
    assert member("größe") == "größe"
    assert member("class") == "class"
    assert member("b-c") == '"b-c"'
    assert member("1") == '"1"'
    assert member("") == '""'
    assert member('say "hi"') == "'say \"hi\"'"
    assert member("\u01c5") == "\u01c5"
    assert member("\u1e00") == '"\\u1e00"'  # a letter for some versions only


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"),
        (-0.5, "-0.5"),
        (1e21, "1e21"),
        (1e-7, "1e-7"),
        (True, "true"),
        (None, "null"),
        (Code("args.a"), "args.a"),
    ],
)
def test_scalars(value: object, text: str) -> None:
    assert scalar(value) == text


def test_values_are_broken_where_prettier_breaks_them(
    tmp_path: Path, prettier: Callable[[], str]
) -> None:
    values = [
        *({}, [], {"a": 1}, [1, 2], [[1, 2], [3, 4]], ["x", [1, 2]]),
        list(range(1000, 1040)),
        ["a name of some length"] * 6,
        {"a_long_name": ["a name of some length"] * 4, "b-c": {"d": list(range(20000, 20030))}},
        [{"context": "a" * 30, "params": {"b" * 20: Code("args.x")}}, "c" * 20],
    ]
    lines = [
        f"export const v{place} = {{\n  value: {literal(value, 2, 100 - 10)},\n}};\n"
        for place, value in enumerate(values)
    ]
    (tmp_path / "a.ts").write_text("".join(lines), "utf-8")
    assert prettier() == ""


def test_width_counts_columns() -> None:
    assert width("abc") == 3
    assert width("名前") == 4


def test_comments() -> None:
    assert comment("") == ""
    assert comment("A product.") == "/** A product. */\n"
    assert comment("A.\n\nB.", ["@deprecated No."]) == (
        "/**\n * A.\n *\n * B.\n * @deprecated No.\n */\n"
    )
    assert comment("Ends */ here", indent=2) == "  /** Ends *\\/ here */\n"
    assert "\n" not in comment("a\u2028b\x00c").replace("\n", "", 5).strip("/* ")


def test_comments_are_wrapped_and_are_no_directives(
    tmp_path: Path, prettier: Callable[[], str], tsc: Callable[[], list[object]]
) -> None:
    text = comment("word " * 60, indent=2) + "  a: 1,\n"
    assert all(width(line) <= 100 for line in text.splitlines())
    odd = comment("@ts-ignore") + 'export const b: number = "no";\n'
    (tmp_path / "a.ts").write_text(f"export const a = {{\n{text}}};\n{odd}", "utf-8")
    assert prettier() == ""
    assert len(tsc()) == 1
