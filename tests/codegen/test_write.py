"""Writing folders, or saying how they differ (codegen/mizan_codegen/write.py)."""

from pathlib import Path

import pytest

from mizan_codegen.write import write


def test_writing_makes_the_folder_hold_just_these_files(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "made"
    assert write({folder: {"a.py": "a\n", "b.py": "b\n"}}, tmp_path, check=False) == 0
    assert write({folder: {"b.py": "B\n", "c.py": "é\n"}}, tmp_path, check=False) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "b.py": b"B\n",
        "c.py": "é\n".encode(),
    }


def test_folders_within_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "__pycache__").mkdir()
    assert write({tmp_path: {}}, tmp_path, check=False) == 0
    assert write({tmp_path: {}}, tmp_path, check=True) == 0
    assert (tmp_path / "__pycache__").is_dir()


def test_checking_shows_the_differences_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old.py").write_text("gone\n")
    (tmp_path / "same.py").write_text("same\n")
    (tmp_path / "changed.py").write_text("one\n")
    tree = {"same.py": "same\n", "changed.py": "two\n", "new.py": "new\n"}
    assert write({tmp_path: tree}, tmp_path, check=True) == 1
    assert capsys.readouterr().out == (
        "--- changed.py\n+++ changed.py\n@@ -1 +1 @@\n-one\n+two\n"
        "--- /dev/null\n+++ new.py\n@@ -0,0 +1 @@\n+new\n"
        "--- old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.py", "old.py", "same.py"]
    assert (tmp_path / "changed.py").read_text() == "one\n"


def test_files_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "own.ts").write_text("mine")
    (tmp_path / "old.ts").write_text("// GENERATED")

    def ours(path: Path) -> bool:
        return path.read_text().startswith("// GENERATED")

    tree = {tmp_path: {"new.ts": "// GENERATED"}}
    assert write(tree, tmp_path, check=True, ours=ours) == 1
    assert write(tree, tmp_path, check=False, ours=ours) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.ts", "own.ts"]
