"""Rare inputs are kept between runs, and used again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.fuzz.run import Engine

Run = Callable[..., tuple[Any, str]]


ENGINES: list[Engine] = ["fast", "hypothesis"]


def test_rare_inputs_are_kept_and_used_again(
    almost: Callable[[str], list[str]], tmp_path: Path, run: Run, right: list[str]
) -> None:
    corpus = tmp_path / "corpus"
    _, said = run(right, corpus=corpus)
    kept = (corpus / "header.parse.jsonl").read_text().splitlines()
    assert f" inputs were added to {corpus}." in said
    assert len(kept) > 20
    found, _ = run(almost("if targets: targets.clear()"), corpus=corpus)
    assert json.dumps(found.case.input) in (corpus / "header.parse.jsonl").read_text()
    (corpus / "header.parse.jsonl").write_text("{}\nno json\n")
    with pytest.raises(ValueError, match=r"header.parse.jsonl, line 2, is no JSON"):
        run(right, corpus=corpus)
