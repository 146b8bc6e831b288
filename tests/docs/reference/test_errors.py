"""docs/reference/errors.md has every code, with the status that the code gives it."""

from __future__ import annotations

import re

import pytest

from mizan.errors import KNOWN_CODES
from mizan_docs.reference import errors
from mizan_docs.reference.codes import HTTP


def test_each_code_has_a_row() -> None:
    rows = re.findall(r"^\| `([a-z._0-9]+)` \| (\w+) \| (.+) \|$", errors.render(), re.MULTILINE)
    assert {name for name, _, _ in rows} == KNOWN_CODES
    statuses = {name: status for name, status, _ in rows}
    assert statuses["coerce.type"] == statuses["validation"] == "422"
    assert statuses["json.size"] == "413"
    assert statuses["key.secret"] == "none"


def test_a_code_without_a_meaning_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "KNOWN_CODES", KNOWN_CODES | {"new.code"})
    with pytest.raises(LookupError, match=r"new\.code"):
        errors.render()


def test_a_meaning_without_a_code_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(HTTP, "old", "Was there once.")
    with pytest.raises(LookupError, match="old"):
        errors.render()
