"""`mizan conformance copy`."""

from pathlib import Path
from typing import Any


def test_the_data_is_copied_and_checked(mizan: Any, tmp_path: Path) -> None:
    for name in ("folder", "suite.tar.gz"):
        target = str(tmp_path / name)
        assert mizan("conformance", "copy", "--check", target).status != 0
        assert "Wrote " in mizan("conformance", "copy", target).out
        assert mizan("conformance", "copy", "--check", target).status == 0
    (tmp_path / "folder" / "vectors" / "v1" / "key.json").unlink()
    done = mizan("conformance", "copy", "--check", str(tmp_path / "folder"))
    assert (done.status, done.err) == (1, "vectors/v1/key.json is not there\n")
    (tmp_path / "file").touch()
    done = mizan("conformance", "copy", str(tmp_path / "file"))
    assert (done.status, "file: " in done.err) == (2, True)
