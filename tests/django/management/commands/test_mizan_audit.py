"""`manage.py mizan_audit`: recordings, samples, baselines, exit codes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from project.orders.models import Customer

from mizan.django import client
from mizan.django.audit import frames, record, session
from mizan.server.registry import registry
from mizan.testing.django import MizanClient

pytestmark = pytest.mark.django_db(databases=["default", "other"])


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("mizan_audit", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture(autouse=True)
def _declared(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(__file__)
    monkeypatch.setattr(frames, "is_application", lambda file: Path(file).resolve() == own)
    monkeypatch.setattr(frames, "is_test", lambda file: False)

    @client(context="counted")
    def counted(request: HttpRequest, number: int) -> int:
        return Customer.objects.count()

    @client
    def make(request: HttpRequest) -> None:
        Customer.objects.create(owner_id=1)


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """What was recorded of a read and an undeclared write."""
    with session.auditing() as recorder:
        MizanClient().read("counted", number=1)
        MizanClient().call("make")
    record.save(recorder.recording, tmp_path / "seen.json")
    return tmp_path / "seen.json"


@pytest.fixture
def fails() -> Callable[..., CommandError]:
    def call(*arguments: object) -> CommandError:
        with pytest.raises(CommandError) as caught:
            run(*arguments)
        return caught.value

    return call


def test_a_recording(seen: Path, fails: Callable[..., CommandError]) -> None:
    shown = run("--report", seen, seen)
    assert "make inserts into orders_customer, which counted reads" in shown
    assert shown.endswith("1 finding.\n")
    assert json.loads(run("--report", seen, "--format", "json"))["findings"][0]["writer"] == "make"
    assert run("--report", seen, "--format", "github").startswith("::error file=")
    assert fails("--report", seen, "--check").returncode == 1


def test_a_baseline(seen: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.txt"
    run("--report", seen, "--baseline", known, "--update-baseline")
    assert "undeclared make counted\n" in known.read_text()
    assert "0 findings, 1 in the baseline" in run("--report", seen, "--baseline", known, "--check")
    known.write_text("broad nothing\n")
    assert "stale in the baseline: broad nothing" in run("--report", seen, "--baseline", known)


def test_a_sample_of_requests(tmp_path: Path) -> None:
    base = registry.catalog.host.base_url
    sample, kept = tmp_path / "sample.jsonl", tmp_path / "seen.json"
    lines: list[dict[str, Any]] = [
        {"method": "GET", "path": f"{base}ctx/counted/?number=1"},
        {"method": "POST", "path": f"{base}call/", "type": "application/json",
         "body": '{"function": "make", "args": {}}'},
    ]  # fmt: skip
    sample.write_text("".join(json.dumps(each) + "\n" for each in lines))
    assert "make inserts into orders_customer" in run("--requests", sample, "--record", kept)
    assert not Customer.objects.exists()
    assert "1 finding." in run("--report", kept)


def test_wrong_calls(seen: Path, tmp_path: Path, fails: Callable[..., CommandError]) -> None:
    assert fails("--report", tmp_path / "nothing").returncode == 2
    (tmp_path / "bad").write_text("{")
    assert fails("--requests", tmp_path / "bad").returncode == 2
    error = fails("--report", seen, "--update-baseline")
    assert (error.returncode, "--baseline" in str(error)) == (2, True)
    assert "--requests" in str(fails())
