"""What the commands share (mizan/cli/common.py)."""

import sys
from pathlib import Path
from typing import Any

import click
import pytest

from mizan.cli import common
from mizan.cli.common import (
    InputError,
    Kind,
    check_document,
    echo_json,
    need,
    open_input,
    read_argument,
    read_bytes,
    read_document,
    read_json,
    shown,
    wrong_input,
)
from mizan.errors import HeaderError
from mizan.protocol.decode import LIMIT
from mizan.schemas import kinds


@pytest.fixture(autouse=True)
def context() -> Any:
    with click.Context(click.Command("test")) as context:
        yield context


def test_an_input_has_a_name() -> None:
    assert (shown("-"), shown("a.json")) == ("standard input", "a.json")


def test_an_error_of_the_input_names_the_place_and_the_code() -> None:
    with pytest.raises(InputError) as error, wrong_input("FIELD"):
        raise HeaderError("header.star", "The star stands alone", position=3)
    assert error.value.message == "FIELD: The star stands alone (at character 3) [header.star]"
    assert error.value.exit_code == 1


def test_files_and_standard_input_are_read(monkeypatch: pytest.MonkeyPatch, write: Any) -> None:
    path = str(write("a.json", '{"a": 1.0}'))
    assert read_bytes(path) == b'{"a": 1.0}'
    assert read_json(path) == {"a": 1}
    with Path(path).open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert read_json("-") == {"a": 1}


def test_standard_input_is_read_once(monkeypatch: pytest.MonkeyPatch, write: Any) -> None:
    with write("a.json", "5\r\n").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert read_argument("-") == b"5"
        with pytest.raises(click.UsageError, match="can be read only once"):
            read_bytes("-")


def test_an_argument_is_the_bytes_that_were_typed() -> None:
    assert read_argument("a\udcff") == b"a\xff"


def test_a_closed_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(click.UsageError, match="Standard input is closed"):
        read_bytes("-")


def test_a_file_that_cannot_be_read_is_a_wrong_call(tmp_path: Path) -> None:
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "no", "No such file")):
        with (
            pytest.raises(click.UsageError, match=f"Cannot read {path}: {reason}"),
            open_input(str(path)),
        ):
            pass


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no /dev/zero here")
def test_no_more_is_read_than_a_document_may_have() -> None:
    assert len(read_bytes("/dev/zero")) == LIMIT + 1


def test_a_document_is_held_to_its_schema(write: Any) -> None:
    right = write("right.json", {"function": "ping"})
    assert read_document(str(right), "call") == {"function": "ping"}
    wrong = str(write("wrong.json", {"function": "ping", "args": [5], "x": 1}))
    only = 'only the members "args", "function", found the members "x"'
    with pytest.raises(InputError) as error:
        read_document(wrong, "call")
    assert error.value.message.splitlines() == [
        f"{wrong}: (whole document): expected {only}.",
        f"{wrong}: /args: expected a value of type object, found [5].",
    ]
    with pytest.raises(InputError, match=r"^standard input: "):
        check_document("-", "call", 5)


def test_a_kind_is_one_of_those_that_there_are(context: click.Context) -> None:
    kind = Kind()
    assert kind.convert("call", None, context) == "call"
    with pytest.raises(click.BadParameter, match="'calls' is no kind: one of cache-key, call"):
        kind.convert("calls", None, context)
    option = click.Option(["--kind"])
    assert [each.value for each in kind.shell_complete(context, option, "")] == list(kinds())
    assert [each.value for each in kind.shell_complete(context, option, "man")] == ["manifest"]


def test_json_is_printed_indented_in_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    echo_json({"b": "ü", "a": []})
    assert capsys.readouterr().out == '{\n  "b": "ü",\n  "a": []\n}\n'


def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    need("testing", "hypothesis", "http_sf")
    monkeypatch.setitem(sys.modules, "http_sf", None)  # type: ignore[arg-type]
    with pytest.raises(click.UsageError) as error:
        common.need("testing", "hypothesis", "http_sf")
    assert error.value.message == "This needs http_sf: pip install 'mizan-protocol[testing]'."
    assert error.value.exit_code == 2
