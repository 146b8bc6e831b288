"""Runs of the fuzzer: right servers are green, servers with a fault are red, with little."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.fuzz_http import run
from mizan_conformance.fuzz_http.play import Found
from mizan_conformance.fuzz_http.rules import Fault
from mizan_conformance.fuzz_http.run import fuzz_http
from mizan_conformance.fuzz_http.server import meet
from mizan_conformance.http.cases import load_cases
from mizan_conformance.http.site import Site

Url = Callable[[str], str]
FAULT = Fault("form", "MZ-ERR-003", "it was wrong", {})


def _green(url: str) -> None:
    stream = io.StringIO()
    server = meet(Site(url), auth=["session", "token"])
    found = fuzz_http(server, 15, 11, stream=stream)
    assert found is None, stream.getvalue()
    assert "Nothing found in 15 examples" in stream.getvalue()


@pytest.mark.parametrize("kind", ["asgi", "wsgi"])
def test_nothing_is_wrong_with_django(django_url: Url, kind: str) -> None:
    _green(django_url(kind))


@pytest.mark.server
def test_nothing_is_wrong_with_typescript(typescript_url: str) -> None:
    _green(typescript_url)


# fault -> what is asked, the rule that finds it, and how many requests show it.
FAULTS = {
    "etag-in-upper-case": (["site"], "etag", 1),
    "plus-is-a-space": (["site"], "error", 1),
    "bad-token-is-a-visitor": (["site"], "token", 1),
    "no-check-of-csrf": (["whoami"], "csrf", 2),
    "everything-held-is-fresh": (["label", "logout"], "fresh", 2),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_made_small(
    faulty: dict[str, dict[str, str]],
    fault: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "SHRINK_TIME", 1.0)
    select, rule, requests = FAULTS[fault]
    server = meet(Site(faulty[fault]["url"], 60.0), auth=["session", "token"], select=select)
    stream = io.StringIO()
    found = fuzz_http(server, 400, 3, corpus=tmp_path, stream=stream)
    assert found is not None
    assert (found.fault.rule, len(found.sent)) == (rule, requests), stream.getvalue()
    lines = [
        each for each in stream.getvalue().splitlines() if each.startswith(("  curl", "  printf"))
    ]
    assert len(lines) == requests
    (case,) = load_cases(tmp_path)
    assert case.vector.id in stream.getvalue()
    # What was kept comes first in the next run, and is found again at once.
    again = fuzz_http(server, 1, 3, corpus=tmp_path, stream=io.StringIO())
    assert again is not None
    assert again.fault.rule == rule


def test_a_run_is_given_again_by_its_seed(django_url: Url) -> None:
    server = meet(Site(django_url("asgi")), select=["site", "whoami"])
    said: list[str] = []
    for _ in range(3):
        stream = io.StringIO()
        fuzz_http(server, 10, 5, stream=stream)
        said.append(stream.getvalue())
    # Hypothesis draws constants of the modules that are loaded, and the first run loads some.
    assert said[1] == said[2]


def test_it_ends_by_its_time(django_url: Url) -> None:
    server = meet(Site(django_url("asgi")), select=["site"])
    stream = io.StringIO()
    assert fuzz_http(server, 10**6, 5, max_time=0.5, stream=stream) is None
    assert "Nothing found in" in stream.getvalue()


def test_a_server_that_is_gone_is_told(server: Any) -> None:
    stream = io.StringIO()
    assert fuzz_http(server, 10, 5, stream=stream) is None
    assert "The server is gone" in stream.getvalue()


@pytest.mark.parametrize("has_found", [False, True])
def test_an_interrupt_tells_what_was_found(
    server: Any, monkeypatch: pytest.MonkeyPatch, has_found: bool
) -> None:
    def interrupted(_: Any, attempt: Any, *__: Any) -> None:
        if has_found:
            attempt.__self__.smallest = Found(FAULT, [], [])
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "drawn", interrupted)
    stream = io.StringIO()
    if has_found:
        assert fuzz_http(server, 10, 5, stream=stream) is not None
        assert "FAULT form [MZ-ERR-003]: it was wrong" in stream.getvalue()
    else:
        with pytest.raises(KeyboardInterrupt):
            fuzz_http(server, 10, 5, stream=stream)
    assert "Interrupted after 0 examples" in stream.getvalue()
