"""The command, and the folders that it makes (codegen/mizan_codegen/main.py)."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mizan_codegen
from mizan_codegen.main import ROOT, main, models

GENERATED = [
    "mizan/models",
    "packages/protocol/src/generated",
    "packages/runtime/src/generated",
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what the generators read, with what they last wrote."""
    shutil.copytree(ROOT / "schema", tmp_path / "schema")
    for folder in GENERATED:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path


def test_what_is_committed_is_what_the_schemas_give(capsys: pytest.CaptureFixture[str]) -> None:
    assert models(check=True) == 0
    assert capsys.readouterr().out == ""


def test_a_changed_file_is_found_shown_and_mended(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / "mizan/models/call.py"
    right = path.read_text("utf-8")
    wrong = right.replace("The function to run.", "Which function to run.")
    path.write_text(wrong, "utf-8")
    assert models(check=True, root=checkout) == 1
    shown = capsys.readouterr().out
    assert "--- mizan/models/call.py\n+++ mizan/models/call.py\n" in shown
    assert "-    Which function to run.\n+    The function to run.\n" in shown
    assert path.read_text("utf-8") == wrong
    assert models(root=checkout) == 0
    assert path.read_text("utf-8") == right


def test_a_changed_schema_reaches_both_languages(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / "schema/v1/call.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    schema["properties"]["trace"] = {"description": "A trace id.", "type": "string"}
    path.write_text(json.dumps(schema), "utf-8")
    assert models(check=True, root=checkout) == 1
    shown = capsys.readouterr().out
    assert "+    trace: StrictStr | MISSING = MISSING\n" in shown
    assert "+  trace?: string;\n" in shown


def test_a_new_code_reaches_the_runtime_too(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / "schema/v1/error.schema.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"unavailable"', '"unavailable", "too_early"'), "utf-8")
    assert models(check=True, root=checkout) == 1
    shown = capsys.readouterr().out
    for folder in GENERATED[1:]:
        assert f"+++ {folder}/" in shown
    assert shown.count('+  | "too_early"') == 2


def test_a_changed_table_reaches_both_languages(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checkout / "schema/v1/coercion.json"
    path.write_text(path.read_text("utf-8").replace('"max_digits": 64', '"max_digits": 65'))
    assert models(check=True, root=checkout) == 1
    shown = capsys.readouterr().out
    assert "+        max_digits=65,\n" in shown
    assert "+    max_digits: 65,\n" in shown


def test_a_folder_without_schemas_is_a_wrong_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert models(root=tmp_path) == 2
    assert "has no *.schema.json: run this in a checkout" in capsys.readouterr().err


def test_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "models [--check]" in capsys.readouterr().out
    for wrong in ([], ["types"], ["models", "--chek"], ["models", "--check", "now"]):
        assert main(wrong) == 2
        assert "usage:" in capsys.readouterr().err
    assert main(["models", "--check"]) == 0
    assert mizan_codegen.models is models


def test_the_program_is_a_module(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mizan_codegen", "models", "--check"]
    (tmp_path / "pyproject.toml").write_text(
        "[tool.ruff]\nline-length = 40\n[tool.datamodel-codegen]\nsnake-case-field = true\n"
    )
    # Somebody else's settings in the current folder change nothing.
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_generators_do_not_import_mizan() -> None:
    code = "import sys, mizan_codegen; sys.exit('mizan' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
