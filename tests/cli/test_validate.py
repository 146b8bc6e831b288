"""`mizan validate`."""

import io
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from mizan.cli import jobs, validate
from mizan.cli import progress as progress_module
from mizan.protocol import decode
from mizan.resources import schema_dir

EXAMPLES = sorted((schema_dir() / "v1" / "examples").glob("*/valid/*.json"))
INVALID = sorted((schema_dir() / "v1" / "examples").glob("*/invalid/*.json"))
RIGHT, WRONG = '{"function": "ping"}', '{"function": "ping", "args": [5]}'


def test_every_example_is_right_and_its_kind_is_found(mizan: Any) -> None:
    done = mizan("validate", *EXAMPLES)
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{len(EXAMPLES)} documents checked, 0 with problems.\n"


@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_every_invalid_example_is_refused_at_its_place(mizan: Any, write: Any, path: Path) -> None:
    example = json.loads(path.read_bytes())
    file = write("wrong.json", example["document"])
    done = mizan("validate", "--format", "json", "--kind", path.parts[-3], file)
    assert done.status == 1
    pointers = [each["pointer"] for each in done.json["problems"]]
    # Of a union the schema's place is the union's; here it is that of the branch that was meant.
    assert any(each.startswith(example["pointer"]) for each in pointers)


def test_a_problem_names_file_place_what_was_expected_and_what_stood_there(
    mizan: Any, write: Any
) -> None:
    path = write("call.json", WRONG)
    done = mizan("validate", path)
    assert done.out == f"{path}: /args: expected a value of type object, found [5].\n"
    assert (done.status, done.err) == (1, "1 document checked, 1 with problems.\n")
    done = mizan("validate", "--format", "json", path)
    assert done.json == {
        "checked": 1,
        "problems": [
            {
                "file": str(path),
                "line": None,
                "kind": "call",
                "pointer": "/args",
                "expected": "a value of type object",
                "found": "[5]",
                "message": "expected a value of type object, found [5].",
            }
        ],
    }
    assert (done.status, done.err) == (1, "")


def test_standard_input_is_one_of_the_files(mizan: Any, write: Any) -> None:
    path = write("call.json", RIGHT)
    done = mizan("validate", path, "-", stdin=WRONG)
    assert done.out.startswith("standard input: /args: ")
    assert done.err == "2 documents checked, 1 with problems.\n"


def test_problems_of_the_whole_document_say_so(mizan: Any) -> None:
    done = mizan("validate", "--kind", "manifest", "-", stdin=RIGHT)
    assert 'standard input: (whole document): expected the member "mizan", found' in done.out


@pytest.mark.parametrize("text", ["5", '{"function": 1}', '"text"', "null"])
def test_a_document_of_no_kind_is_refused(mizan: Any, text: str) -> None:
    done = mizan("validate", "-", stdin=text)
    assert (done.status, done.err) == (1, "1 document checked, 1 with problems.\n")
    assert f"the kind of {text} cannot be told by $schema or shape: name it" in done.out


# ---- JSON that is none ----


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("", ":1", "json.syntax"),
        ('{\n"function": "ping",\n x}', ":3", "json.syntax"),
        ('{"é": 1,\n"é": 2}', ":2", "json.duplicate"),
        (b"\xff", "", "json.utf8"),
    ],
)
def test_what_is_no_json_is_named_with_its_line(
    mizan: Any, text: str | bytes, place: str, code: str
) -> None:
    done = mizan("validate", "-", stdin=text)
    assert done.status == 1
    assert done.out.startswith(f"standard input{place}: (whole document): ")
    assert f"[{code}]" in done.out


def test_a_text_that_is_too_long_is_not_read_to_its_end(
    mizan: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "LIMIT", 40)
    monkeypatch.setattr(validate, "decode", lambda text: decode.decode(text, limit=40))
    for file in ("long.json", "long.jsonl"):
        done = mizan("validate", write(file, f'{{"function": "{"a" * 90}"}}'))
        assert done.status == 1
        assert "[json.size]" in done.out


def test_a_line_without_end_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "LIMIT", 40)
    stream = io.BytesIO(b"x" * 1000)
    first, text = next(validate._blocks_of(stream, lines=True))
    assert (first, len(text), stream.tell()) == (1, 41, 41)


@pytest.mark.parametrize("size", [1, 2, 7, 40, 41, 1000])
def test_lines_are_the_same_in_blocks_of_any_size(
    size: int, mizan: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "LIMIT", 40)
    lines = [WRONG, "", "{" * 41, "{" * 42, RIGHT, " \r", "[" * 130, "5", WRONG]
    path = write("calls.jsonl", "\n".join(lines))
    monkeypatch.setattr(validate, "BATCH", size)
    done = mizan("validate", "--format", "json", path)
    rows = iter(io.BytesIO(path.read_bytes()).readline, b"")
    cut = [text[at : at + 41] for text in rows for at in range(0, len(text), 41)]
    documents = [number for number, text in enumerate(cut, 1) if text.strip()]
    assert done.json["checked"] == len(documents)
    wrong = [number for number in documents if cut[number - 1].strip() != RIGHT.encode()]
    assert sorted({each["line"] for each in done.json["problems"]}) == wrong


# ---- JSON Lines ----


@pytest.mark.parametrize("name", ["calls.jsonl", "calls.ndjson", "calls.txt", "-"])
def test_lines_are_documents(mizan: Any, write: Any, name: str) -> None:
    text = f"{RIGHT}\r\n\n{RIGHT}\n{WRONG}\nnothing\n"
    file, stdin = ("-", text) if name == "-" else (write(name, text), "")
    shown = "standard input" if name == "-" else file
    done = mizan("validate", file, stdin=stdin)
    assert done.status == 1
    assert [line.partition(": ")[0] for line in done.out.splitlines()] == [
        f"{shown}:4",
        f"{shown}:5",
    ]
    assert done.err == "4 documents checked, 2 with problems.\n"


def test_a_single_line_is_a_document_either_way(mizan: Any, write: Any) -> None:
    assert mizan("validate", write("one.json", f"\n{RIGHT}\n")).status == 0
    assert mizan("validate", write("one.jsonl", RIGHT)).status == 0
    assert mizan("validate", write("none.jsonl", "\n")).err == (
        "0 documents checked, 0 with problems.\n"
    )


def test_a_document_of_many_lines_is_one(mizan: Any) -> None:
    for text in ('[\n"user",\n"news"\n]', '\n\n{\n"function":\n"ping"\n}\n'):
        done = mizan("validate", "-", stdin=text)
        assert done.err == "1 document checked, 0 with problems.\n"


def test_lines_can_be_insisted_on(mizan: Any) -> None:
    done = mizan("validate", "--lines", "-", stdin=f"{{\n{RIGHT}")
    assert done.out.startswith("standard input:1: (whole document): Not JSON")
    assert done.err == "2 documents checked, 1 with problems.\n"


def test_the_schema_is_asked_only_about_what_is_wrong(
    mizan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    look = validate.problems
    monkeypatch.setattr(validate, "problems", lambda *call: asked.append(call) or look(*call))
    lines = [WRONG if number % 20 == 0 else RIGHT for number in range(100)]
    done = mizan("validate", "-", stdin="\n".join(lines))
    numbers = [int(line.split(":")[1]) for line in done.out.splitlines()]
    assert numbers == [1, 21, 41, 61, 81]
    assert len(asked) == 5
    assert done.err == "100 documents checked, 5 with problems.\n"


def test_lines_are_read_one_by_one(mizan: Any, tmp_path: Path) -> None:
    """A pipe whose writer waits for nothing shows that the reader does not either."""
    pipe = tmp_path / "calls.jsonl"
    os.mkfifo(pipe)

    def feed() -> None:
        with pipe.open("w") as stream:
            for _ in range(50):
                stream.write(f"{RIGHT}\n")

    writer = threading.Thread(target=feed)
    writer.start()
    done = mizan("validate", pipe)
    writer.join()
    assert done.err == "50 documents checked, 0 with problems.\n"


def test_progress_is_shown_on_a_terminal_alone(
    mizan: Any, write: Any, monkeypatch: pytest.MonkeyPatch, terminal: Any
) -> None:
    shown = terminal()
    monkeypatch.setattr(progress_module, "PATIENCE", 0)
    mizan("validate", write("calls.jsonl", f"{RIGHT}\n" * 50))
    assert "Checking" in shown.getvalue()
    assert "100%" in shown.getvalue()


# ---- wrong calls ----


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE...'"),
        (["--kind", "calls", "-"], "'calls' is no kind: one of cache-key"),
        (["--format", "xml", "-"], "'--format'"),
        (["none.json"], "'none.json' does not exist"),
        (["/"], "'/' is a directory"),
        (["-", "-"], "Standard input can be read only once"),
    ],
)
def test_a_wrong_call_is_refused(mizan: Any, arguments: list[str], message: str) -> None:
    done = mizan("validate", *arguments, stdin=RIGHT)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_several_jobs_find_the_same_in_the_same_order(
    mizan: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "BATCH", 100)
    monkeypatch.setattr(validate, "BATCH", 100)
    path = write("calls.jsonl", "\n".join([RIGHT, WRONG, "{", RIGHT] * 20))
    one, three = mizan("validate", path), mizan("validate", "--jobs", "3", path)
    assert (one.status, one.err) == (1, "80 documents checked, 40 with problems.\n")
    assert (three.status, three.out, three.err) == (1, one.out, one.err)


def test_no_job_at_all_is_refused(mizan: Any, write: Any) -> None:
    done = mizan("validate", "--jobs", "0", write("call.json", RIGHT))
    assert (done.status, "--jobs" in done.err) == (2, True)
