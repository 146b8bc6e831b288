"""`manage.py mizan_codegen`."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from mizan.django.management import watch
from mizan.django.manifest import generate_client_schema
from mizan.server.client_schema import digest


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mizan_codegen", *arguments, stdout=out)
    return out.getvalue()


def test_the_client_is_written_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "src" / "mizan"
    with pytest.raises(CommandError, match="is out of date: it differs as shown above"):
        run("--out", str(folder), "--check")
    assert "+++ client.ts" in capsys.readouterr().out
    assert run("--out", str(folder)) == f"The client in {folder} is written.\n"
    assert run("--out", str(folder), "--check") == f"The client in {folder} is up to date.\n"
    assert sorted(path.name for path in folder.iterdir()) == ["client.ts", "react.ts", "types.ts"]
    assert digest(generate_client_schema()) in (folder / "client.ts").read_text("utf-8")
    run("--out", str(folder), "--no-react")
    assert not (folder / "react.ts").exists()


def test_what_is_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "types.ts").write_text("export {};\n")
    with pytest.raises(CommandError, match=r"types\.ts is there and was not generated"):
        run("--out", str(tmp_path))
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written: File exists"):
        run("--out", str(tmp_path / "file"))


def test_wrong_calls() -> None:
    with pytest.raises(CommandError, match="--out"):
        run()
    with pytest.raises(CommandError, match="not allowed with"):
        run("--out", "x", "--check", "--watch")


def test_watching_goes_on_after_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "run", lambda work: work())
    assert "is written" in run("--out", str(tmp_path), "--watch")
    (tmp_path / "types.ts").write_text("export {};\n")
    err = io.StringIO()
    call_command("mizan_codegen", "--out", str(tmp_path), "--watch", stderr=err)
    assert "was not generated" in err.getvalue()
