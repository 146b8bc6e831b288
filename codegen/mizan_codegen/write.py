"""Writes generated folders, or says how they differ (`--check`).

Invariant: after writing, a folder holds the generated files and no others that are ours.
"""

import difflib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Tree = Mapping[str, str]


def write(
    trees: Mapping[Path, Tree],
    root: Path,
    *,
    check: bool,
    ours: Callable[[Path], bool] = Path.is_file,
) -> int:
    """Make each folder hold just these files (name -> text) of those that are `ours`.

    With `check` only print the unified differences, by paths below `root`. Returns 1 if there
    are any, else 0.
    """
    stale = False
    for folder, tree in trees.items():
        for path, old, new in _changes(folder, tree, ours):
            stale = True
            if check:
                _print_difference(path.relative_to(root).as_posix(), old, new)
            else:
                _replace(path, new)
    return int(check and stale)


def _changes(
    folder: Path, tree: Tree, ours: Callable[[Path], bool]
) -> Iterator[tuple[Path, str | None, str | None]]:
    """Yield (path, text there, text to be); None is no file."""
    known = {folder / name: text for name, text in tree.items()}
    there = {path for path in folder.glob("*") if path.is_file() and ours(path)}
    for path in sorted(known.keys() | there):
        old = path.read_text(encoding="utf-8") if path in there else None
        new = known.get(path)
        if old != new:
            yield path, old, new


def _print_difference(name: str, old: str | None, new: str | None) -> None:
    before, after = (text.splitlines(keepends=True) if text else [] for text in (old, new))
    names = ("/dev/null" if old is None else name, "/dev/null" if new is None else name)
    sys.stdout.writelines(difflib.unified_diff(before, after, *names))


def _replace(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
