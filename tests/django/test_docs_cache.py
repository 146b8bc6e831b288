"""docs/cache.md is true: its settings run, its commands run, its tables are those of the code."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import override_settings
from project.store import on_redis
from servers import Server

from mizan.django import counters
from mizan.django.cache_settings import KEYS

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "cache.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_settings_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(.*?)` \| (.*) \| (mizan\.E\d+) \|$", GUIDE, re.MULTILINE)
    assert rows == [(name, repr(s.default), s.help, s.check) for name, s in KEYS.items()]


def test_the_settings_that_it_shows_are_right() -> None:
    (block,) = blocks("python")
    shown: dict[str, dict[str, str]] = {}
    exec(block, shown)  # noqa: S102 (the guide's own)
    with override_settings(MIZAN_CACHE=shown["MIZAN_CACHE"]):
        assert run_checks(tags=["mizan", "caches"]) == []


@pytest.mark.django_db
def test_every_command_runs(redis_server: Server) -> None:
    (block,) = blocks("sh")
    with override_settings(MIZAN_CACHE=on_redis(redis_server)):
        for line in block.splitlines():
            script, *arguments = shlex.split(line)
            assert script == "manage.py"
            out = io.StringIO()
            call_command(*arguments, stdout=out)
            assert out.getvalue()


def test_every_block_is_run() -> None:
    assert set(re.findall(r"^```(\w+)$", GUIDE, re.MULTILINE)) == {"python", "sh"}


def test_the_counters_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|$", GUIDE, re.MULTILINE)
    assert rows == [*counters.EVENTS.items()]


def test_the_events_are_those_of_the_code() -> None:
    sources = [each.read_text() for each in (ROOT / "mizan").rglob("*.py")]
    pattern = r'logger\.(?:info|warning|error|exception)\(\s*"((?:cache|outbox|%s)\.[a-z_]+)'
    found = {name for text in sources for name in re.findall(pattern, text)}
    logged = {name.replace("%s", "cache") for name in found}  # the breaker's, whoever uses it
    listed = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| \w+ \|", GUIDE, re.MULTILINE)
    assert sorted(listed) == sorted(logged)


def test_the_links_lead_somewhere() -> None:
    headings = re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z -]", "", each.lower()).replace(" ", "-") for each in headings}
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        if target.startswith("#"):
            assert target[1:] in anchors
        else:
            assert (ROOT / "docs" / target).exists(), target
