"""What the export commands share: the same bytes each time, and --check."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mizan.django import client, generate_edge_manifest
from mizan.django.management.export import pretty
from mizan.protocol.canonical import canonical_json

COMMAND = "export_edge_manifest"


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(COMMAND, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "manifest.json"


def test_it_prints_canonical_text() -> None:
    assert run() == canonical_json(generate_edge_manifest()) + "\n"


def test_it_writes_canonical_text(file: Path) -> None:
    assert str(file) in run("--output", str(file))
    assert file.read_text("utf-8") == canonical_json(generate_edge_manifest())


def test_pretty_is_for_people(file: Path) -> None:
    run("--output", str(file), "--pretty")
    lines = file.read_text("utf-8").splitlines()
    assert lines[1] == '  "base_url": "/api/mizan/",'
    assert json.loads(file.read_text("utf-8")) == generate_edge_manifest()
    assert run("--output", str(file), "--check", "--pretty").endswith("is up to date.\n")


def test_check_passes_where_nothing_changed(file: Path) -> None:
    run("--output", str(file))
    before = file.stat().st_mtime_ns
    assert "is up to date" in run("--output", str(file), "--check")
    assert file.stat().st_mtime_ns == before


def check(file: Path) -> tuple[str, CommandError]:
    out = io.StringIO()
    before = file.read_bytes()
    with pytest.raises(CommandError) as raised:
        call_command(COMMAND, "--output", str(file), "--check", stdout=out)
    assert raised.value.returncode == 1
    assert file.read_bytes() == before
    return out.getvalue(), raised.value


def test_check_shows_what_changed(file: Path) -> None:
    run("--output", str(file))

    @client(affects="shelf", rev=1)
    def burn(request: Any) -> None: ...

    shown, error = check(file)
    changed = [line for line in shown.splitlines() if line[0] in "+-"]
    assert changed[:3] == [f"--- {file}", "+++ what is declared", '+    "burn": {']
    assert not [line for line in changed[2:] if line.startswith("-")]
    assert "is out of date" in str(error)


def test_check_shows_another_spelling_as_it_stands(file: Path) -> None:
    file.write_text(pretty(generate_edge_manifest()), "utf-8")
    shown, _ = check(file)
    assert shown.startswith(f"--- {file}")
    assert "\n-{\n" in shown


def test_check_shows_what_is_no_json_as_it_stands(file: Path) -> None:
    file.write_text("<html>\n", "utf-8")
    assert "\n-<html>\n" in check(file)[0]


def test_check_needs_the_file(file: Path) -> None:
    with pytest.raises(CommandError, match="name it with --output"):
        run("--check")
    with pytest.raises(CommandError, match="is not there"):
        run("--check", "--output", str(file))


def test_files_that_the_system_refuses_are_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere/m\.json cannot be written: No such file"):
        run("--output", str(tmp_path / "nowhere/m.json"))
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        run("--output", str(tmp_path))
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        run("--output", str(tmp_path), "--check")


def test_check_shows_what_is_no_text(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\n")
    assert "\n-\ufffd\ufffd\n" in check(file)[0]
