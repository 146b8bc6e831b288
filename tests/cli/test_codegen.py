"""`mizan codegen`."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from mizan.server.client_schema import digest
from mizan_codegen.main import ROOT


@pytest.mark.parametrize("outcome", [0, 1, 2])
@pytest.mark.parametrize("check", [False, True])
def test_the_generator_is_called_and_its_outcome_is_the_status(
    mizan: Any, monkeypatch: pytest.MonkeyPatch, outcome: int, check: bool
) -> None:
    calls: list[bool] = []

    def models(check: bool) -> int:
        calls.append(check)
        return outcome

    monkeypatch.setattr(importlib.import_module("mizan_codegen.main"), "models", models)
    assert mizan("codegen", "models", *["--check"] * check).status == outcome
    assert calls == [check]


def test_the_models_are_up_to_date(mizan: Any) -> None:
    assert mizan("codegen", "models", "--check") == (0, "", "")


def test_a_missing_generator_is_named_with_its_extra(
    mizan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "datamodel_code_generator", None)  # type: ignore[arg-type]
    done = mizan("codegen", "models")
    assert done.status == 2
    expected = "This needs datamodel_code_generator: pip install 'mizan-protocol[codegen]'."
    assert expected in done.err


USER = ROOT / "schema/v1/examples/client-schema/valid/user.json"


def test_a_client_is_written_and_checked(mizan: Any, tmp_path: Path) -> None:
    out = tmp_path / "client"
    arguments = ("codegen", "client", str(USER), "--out", str(out))
    done = mizan(*arguments, "--check")
    assert (done.status, out.exists()) == (1, False)
    assert "+++ types.ts" in done.out
    assert mizan(*arguments) == (0, "", "")
    assert mizan(*arguments, "--check") == (0, "", "")
    assert sorted(path.name for path in out.iterdir()) == ["client.ts", "react.ts", "types.ts"]
    assert mizan(*arguments, "--no-react").status == 0
    assert sorted(path.name for path in out.iterdir()) == ["client.ts", "types.ts"]
    found = digest(json.loads(USER.read_text("utf-8")))
    assert f'SCHEMA = "{found}"' in (out / "client.ts").read_text("utf-8")


def test_a_client_of_a_wrong_schema(mizan: Any, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    document = json.loads(USER.read_text("utf-8"))
    path.write_text(json.dumps({**document, "base_url": 5}))
    done = mizan("codegen", "client", str(path), "--out", str(tmp_path / "out"))
    assert done.status == 1
    assert "/base_url" in done.err
    path.write_text(json.dumps({**document, "$defs": {}}))
    done = mizan("codegen", "client", str(path), "--out", str(tmp_path / "out"))
    assert done.status == 1
    assert "schema.json: /functions/update_name/output/$ref: '#/$defs/User' is not" in done.err
    assert not (tmp_path / "out").exists()
    assert mizan("codegen", "client", str(path)).status == 2
