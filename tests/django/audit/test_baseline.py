"""mizan.django.audit.baseline: findings that are known."""

from pathlib import Path

from mizan.django.audit import baseline
from mizan.django.audit.findings import Finding


def finding(writer: str) -> Finding:
    return Finding("undeclared", writer, "user", "a.py:1", "writes", "affects=UserContext")


def test_what_is_written_is_known(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    assert baseline.read(path) == []
    baseline.write(path, [finding("manage.py seed"), finding("call")])
    lines = baseline.read(path)
    assert lines == ["undeclared call user", "undeclared manage.py_seed user"]
    compared = baseline.compare([finding("call"), finding("new")], [*lines, "broad user"])
    assert [each.writer for each in compared.new] == ["new"]
    assert [each.writer for each in compared.known] == ["call"]
    assert compared.stale == ["broad user", "undeclared manage.py_seed user"]


def test_comments_and_blanks(tmp_path: Path) -> None:
    path = tmp_path / "known.txt"
    path.write_text("# all\n\n  undeclared   call user # why\n")
    assert baseline.read(path) == ["undeclared call user"]
