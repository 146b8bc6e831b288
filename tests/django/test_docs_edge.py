"""docs/edge.md is true: its settings run, its tables are those of the code."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings
from django.utils.module_loading import import_string

from mizan.django import edge_outbox, edge_worker
from mizan.django.edge_settings import BACKENDS
from mizan.django.management import edge_visit
from mizan.edge import doctor
from mizan.edge.base import CODES
from mizan.edge.networks import LIMITS
from mizan.protocol.guards import Guard, tag
from mizan.protocol.tags import NETWORKS, Network

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "edge.md").read_text("utf-8")


def test_the_settings_that_it_shows_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FASTLY_TOKEN", "VARNISH_TOKEN"):
        monkeypatch.setenv(name, "hidden")
    block = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)[0]
    shown: dict[str, Any] = {}
    exec(f"import os\n{block}", shown)  # noqa: S102 (the guide's own)
    with override_settings(MIZAN_EDGE=shown["MIZAN_EDGE"]):
        assert not [each for each in run_checks() if str(each.id).startswith("mizan.E4")]


def test_each_network_has_its_arguments_and_its_limit() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \| (`.*?) \| (.*?) \| .*? \|$", GUIDE, re.MULTILINE)
    assert {name for name, _, _ in rows} <= BACKENDS.keys()
    assert {"varnish", "fastly", "cloudflare"} <= {name for name, _, _ in rows}
    for name, text, limit in rows:
        of = import_string(BACKENDS[name])
        taken = inspect.signature(of).parameters.keys() - {"timeout", "api"}
        assert all(f"`{each}`" in text for each in taken), name
        assert str(LIMITS[name].tags) in limit


def test_what_the_doctor_looks_at_is_all_there() -> None:
    section = GUIDE.partition("`mizan_edge doctor`\n")[2]
    rows = re.findall(r"^\| `([a-z]+)` \|.*\|$", section, re.MULTILINE)
    assert sorted(rows) == sorted({*doctor.LOOKS, "purge"})
    assert f"{edge_visit.PURGE_TAKES:g} seconds later" in section
    said = re.findall(r"^  (?:  )?(ok|warn|bad) +([a-z]+) ", section, re.MULTILINE)
    assert {what for _, what in said} <= doctor.LOOKS


def test_the_codes_and_numbers_are_those_of_the_code() -> None:
    (codes,) = re.findall(r"^The codes: (.*);", GUIDE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", codes)) == CODES.keys()
    assert f"more than {edge_outbox.MOST_ROWS} rows" in GUIDE
    assert edge_worker.PACE == 5.0


def test_the_networks_tags_are_those_of_the_code() -> None:
    table, _, _ = GUIDE.partition("| network, and its name in `TAGS` |")[2].partition("\n\n")
    found = {}
    for row in table.splitlines()[2:]:
        name, field, separator, *limits, source = map(str.strip, row.strip("| ").split("|"))
        found[name.split("`")[1]] = Network(
            field.split("`")[1],
            {"space": " ", "`,`": ","}[separator],
            *map(_number, limits),
            source.partition("(")[2].rstrip(")"),
        )
    assert found == NETWORKS


def _number(text: str) -> int | None:
    found = re.match(r"[0-9,]+", text)
    return int(found[0].replace(",", "")) if found else None


def test_the_tag_that_it_shows_is_right() -> None:
    shown = tag(Guard("book", (("book_id", "5"),)))
    assert f'Cache-Groups: "book", "{shown}"\nSurrogate-Key: book {shown}\n' in GUIDE
    assert f'X-Mizan-Invalidate: book;book_id=5\nCache-Group-Invalidation: "{shown}"\n' in GUIDE
