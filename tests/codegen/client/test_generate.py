"""The files of a client and their folder (codegen/mizan_codegen/client/generate.py)."""

import json
from pathlib import Path
from typing import Any

import pytest

from mizan_codegen.client.generate import MARK, generate, is_generated, write
from mizan_codegen.main import ROOT
from mizan_codegen.schemas import CodegenError

DIGEST = "0" * 64


@pytest.fixture(scope="module")
def document() -> Any:
    path = ROOT / "schema/v1/examples/client-schema/valid/user.json"
    return json.loads(path.read_text("utf-8"))


def test_every_file_is_marked_and_hooks_are_optional(document: Any) -> None:
    files = generate(document, DIGEST)
    assert sorted(files) == ["client.ts", "react.ts", "types.ts"]
    assert all(text.startswith(MARK) for text in files.values())
    assert sorted(generate(document, DIGEST, hooks=False)) == ["client.ts", "types.ts"]


def test_the_order_of_members_makes_no_difference(document: Any) -> None:
    turned = {name: document[name] for name in reversed(document)}
    turned["functions"] = dict(reversed(document["functions"].items()))
    assert generate(turned, DIGEST) == generate(document, DIGEST)


def test_writing_and_checking(
    document: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "frontend" / "mizan"
    assert write(document, DIGEST, folder, hooks=True, check=True) == 1
    assert not folder.exists()
    assert "+++ types.ts" in capsys.readouterr().out
    assert write(document, DIGEST, folder, hooks=True, check=False) == 0
    assert write(document, DIGEST, folder, hooks=True, check=True) == 0
    (folder / "own.ts").write_text("export {};\n")
    (folder / "old.ts").write_text(MARK)
    assert write(document, DIGEST, folder, hooks=False, check=False) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["client.ts", "own.ts", "types.ts"]


def test_a_file_of_somebody_else_is_left_alone(document: Any, tmp_path: Path) -> None:
    path = tmp_path / "client.ts"
    path.write_text("export const mine = 1;\n")
    for check in (True, False):
        with pytest.raises(CodegenError, match=r"client\.ts is there and was not generated"):
            write(document, DIGEST, tmp_path, hooks=True, check=check)
    assert path.read_text() == "export const mine = 1;\n"
    assert sorted(tmp_path.iterdir()) == [path]
    assert not is_generated(path)
    assert not is_generated(tmp_path)
