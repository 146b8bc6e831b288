"""`mizan canonical`."""

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("options", "text", "printed"),
    [
        ([], '{"b": 1.0, "a": "x"}', '{"a":"x","b":1}'),
        ([], '"ü \\u2028"', '"ü \u2028"'),
        ([], "[1e21, -0.0]", "[1e+21,0]"),
        (["--string"], '"x y"', "x y"),
        (["--string"], "5.0", "5"),
        (["-"], "null\n", "null"),
    ],
)
def test_standard_input_is_printed_canonically(
    mizan: Any, options: list[str], text: str, printed: str
) -> None:
    assert mizan("canonical", *options, stdin=text) == (0, printed + "\n", "")


def test_a_file_is_printed_canonically(mizan: Any, write: Any) -> None:
    assert mizan("canonical", write("a.json", "[ 1 ]")).out == "[1]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"[1,]", "standard input: Not JSON"),
        (b"", "standard input: Not JSON"),
        (b"\xff", "json.utf8"),
        (b"[1e400]", "json.number_range"),
        (b'{"a":1,"a":2}', "json.duplicate"),
    ],
)
def test_what_is_no_json_is_refused(mizan: Any, text: bytes, message: str) -> None:
    done = mizan("canonical", stdin=text)
    assert (done.status, done.out) == (1, "")
    assert message in done.err


def test_a_missing_file_is_a_wrong_call(mizan: Any, tmp_path: Any) -> None:
    done = mizan("canonical", tmp_path / "none.json")
    assert done.status == 2
    assert "none.json' does not exist" in done.err
