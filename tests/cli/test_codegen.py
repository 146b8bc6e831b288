"""`mizan codegen models`."""

import importlib
import sys
from typing import Any

import pytest


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
