"""A report to read: on a terminal, and in a pull request."""

from mizan_conformance.report import Report, render


def test_for_a_person(report: Report) -> None:
    text = render(report)
    for line in (
        "Port: logo-port 2.1 (Logo)",
        "  --  canonical     1 of 2",
        "  FAILED canonical/b  [NoAnswer]",
        "    Shows b.",
        "UNATTRIBUTED crash: it ended with exit status 4.",
        "STOPPED the port does not start as a port: crash",
        "Skipped: the port does not declare jcs (1)",
        "FAIL: 1 passed, 1 failed, 1 skipped, 1 not run, 1 unattributed",
    ):
        assert line in text.splitlines(), line


def test_failures_stand_under_their_requirement(report: Report) -> None:
    lines = render(report).splitlines()
    at = lines.index("  FAILED canonical/b  [NoAnswer]")
    assert lines[at - 1].startswith("MZ-CAN-001  The canonical string of a string MUST be")


def test_for_a_pull_request(report: Report) -> None:
    text = render(report, "markdown")
    assert "| `canonical/b` | MZ-CAN-001 | expected 1, got" in text
    assert "FAIL: 1 passed, 1 failed" in text
