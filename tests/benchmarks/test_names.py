"""The folders that tests import from, in one process, have no two modules of one name."""

from collections import Counter
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
FOLDERS = ("", "coherence", "edge", "scale")


def test_each_module_is_found_by_its_name() -> None:
    names = Counter(
        path.stem
        for folder in FOLDERS
        for path in (BENCHMARKS / folder).iterdir()
        if path.suffix == ".py" or any(path.glob("*.py"))
    )
    names.pop("__main__")
    assert [name for name, count in names.items() if count > 1] == []
