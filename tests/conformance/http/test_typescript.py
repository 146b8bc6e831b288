"""The app on the server in TypeScript passes everything, as it does on Django."""

from __future__ import annotations

import pytest

from mizan_conformance.http.run import all_cases, run_http, vectors


@pytest.mark.server
def test_it_passes(typescript_url: str) -> None:
    report = run_http(typescript_url)
    bad = [f"{each.vector.id}: {each.detail}" for each in report.results if each.detail]
    assert report.passed, "\n".join(bad)
    assert report.count("passed") == len(vectors(all_cases()))
