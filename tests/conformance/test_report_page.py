"""A page and a badge; nothing that a port says becomes markup."""

from collections.abc import Callable
from xml.etree import ElementTree

from mizan.models.port import HelloOk
from mizan_conformance.report import Report, Result, render
from mizan_conformance.report_page import pages
from mizan_conformance.vectors import Vector


def test_words_of_a_port_are_no_markup(make_vector: Callable[..., Vector], hello: HelloOk) -> None:
    evil = "<script>alert(1)</script> @all |`x`| [a](b)"
    hello = hello.model_copy(update={"name": evil})
    result = Result(make_vector("a"), "failed", evil, {"ok": {"text": evil}})
    report = Report(("x",), hello, [result], unattributed=[evil])
    page = render(report, "html")
    assert page.count("<script>") == 1  # the page's own
    assert "&lt;script&gt;alert(1)" in page
    (row,) = (line for line in render(report, "markdown").splitlines() if "canonical/a" in line)
    assert "<script>" not in row
    assert "@all" not in row
    assert r"\|\`x\`\|" in row
    ElementTree.fromstring(render(report, "badge"))  # noqa: S314 (written just here)


def test_a_page_has_a_column_for_each_port(make_vector: Callable[..., Vector]) -> None:
    one = Report(("one",), None, [Result(make_vector("a"), "passed")])
    failed = Result(make_vector("a"), "failed", "the detail", {"ok": {"text": "the answer"}})
    two = Report(("two",), None, [failed, Result(make_vector("b"), "skipped", "why")])
    page = pages([one, two])
    assert "1 of 1" in page
    assert "0 of 1" in page
    assert "Answer of two" in page
    assert "the answer" in page
    assert "not asked" in page
    assert page.count("data-bad>") == 1


def test_a_badge_says_how_many(report: Report) -> None:
    badge = ElementTree.fromstring(render(report, "badge"))  # noqa: S314 (written just here)
    assert badge.get("aria-label") == "mizan 1.0: 1 of 3"
