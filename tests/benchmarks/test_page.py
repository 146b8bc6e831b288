"""benchmarks/harness/page.py and all.py: the page of results, made from what is stored."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from harness import all as program
from harness import page
from harness.rows import Results, Row


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Results of one benchmark: a group of bars, of which a row is behind, and one of curves."""
    values = {"mizan": 10.0, "by hand": 8.0, "ninja": 9.0}
    rows = [
        Row("WSGI, no middleware", "plain", "µs", values, "by hand"),
        Row("WSGI, no middleware", "500 rows", "µs", {**values, "ninja": 20.0}, "by hand"),
        Row("Growth", "10 functions", "ms", {"mizan": 1.0, "ninja": 2.0}, at=10.0),
        Row("Growth", "1,000 functions", "ms", {"mizan": 90.0, "ninja": 300.0}, at=1000.0),
    ]
    about = "Calls & reads\n\nWhat was measured."
    results = Results("calls", about, "scripts/bench calls", {"Django": "5"}, {}, False, rows)
    results.write(tmp_path / "results" / "calls.json")
    return tmp_path


def test_the_page_says_what_is_behind(folder: Path) -> None:
    page.write(folder)
    text = (folder / "RESULTS.md").read_text()
    assert "GENERATED" in text.splitlines()[0]
    assert "Ahead of every peer: 3 of 4 rows." in text
    assert "- Calls & reads: WSGI, no middleware, plain: behind ninja" in text
    assert "plain: behind ninja (to best peer 1.11, to floor 1.25)" in text
    assert "| plain | 10 | 8 | 9 | 1.11 | 1.25 | behind ninja |" in text
    assert "| 500 rows | 10 | 8 | 20 | 0.50 | 1.25 |  |" in text
    assert "To repeat: `scripts/bench calls`. With Django 5." in text


def test_every_plot_is_there_and_is_a_picture(folder: Path) -> None:
    page.write(folder)
    text = (folder / "RESULTS.md").read_text()
    for name in ("calls-wsgi-no-middleware", "calls-growth"):
        assert f"(plots/{name}.svg)" in text
        root = ElementTree.fromstring((folder / "plots" / f"{name}.svg").read_text())  # noqa: S314
        assert root.tag.endswith("svg")


def test_a_page_that_is_not_of_its_results_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert program.check(folder) == 1
    program.write(folder)
    assert program.check(folder) == 0
    (folder / "RESULTS.md").write_text("better figures")
    capsys.readouterr()
    assert program.check(folder) == 1
    assert "RESULTS.md is not what results/ gives: scripts/bench report" in capsys.readouterr().out


def test_a_page_or_plot_that_comes_of_no_result_is_found(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program.write(folder)
    extra = folder / "plots" / "gone.svg"
    extra.write_text("<svg/>")
    capsys.readouterr()
    assert program.check(folder) == 1
    assert "gone.svg comes of nothing in results/: remove it" in capsys.readouterr().out
    extra.unlink()
    (folder / "results" / "calls.json").unlink()
    assert program.check(folder) == 1
    assert "RESULTS.md comes of nothing" in capsys.readouterr().out


def test_without_results_there_is_nothing_to_write(tmp_path: Path) -> None:
    assert program.check(tmp_path) == 0
    assert program.write(tmp_path) == 1


@pytest.mark.parametrize("name", program.PROGRAMS)
def test_every_program_of_all_gives_rows(name: str) -> None:
    path = program.program_of(name)
    file = path / "__main__.py" if path.is_dir() else path
    assert f'Program("{name}"' in file.read_text()
