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

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "cache.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


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
