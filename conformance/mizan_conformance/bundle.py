"""The data of the suite for people without this package: a folder, or a tarball, with its hashes.

Invariant: the bytes of each file are those of the repository, the npm package `@mizan/conformance`
has the same ones, and a tarball of the same data has the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from mizan.resources import app_dir, http_cases_dir, requirements_dir, schema_dir, vectors_dir

SUMS: Final = "SHA256SUMS"
"""The name of the list of hashes, in the form that `sha256sum --check` reads."""

_EPOCH: Final = 315_532_800  # 1980-01-01: the first day that every archiver can write
# folder in the bundle -> (where its files are, which of them)
_TREES: Final[dict[str, tuple[Callable[[], Path], str]]] = {
    "app": (app_dir, "*.json"),
    "http": (http_cases_dir, "v1/*.json"),
    "requirements": (requirements_dir, "v1.json"),
    "schema": (schema_dir, "v1/**/*"),
    "vectors": (vectors_dir, "v1/*.json"),
}


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the path (with slashes) and the bytes of each file, in order; last the hashes."""
    lines = []
    for path, data in sorted(_data()):
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {path}\n")
        yield path, data
    yield SUMS, "".join(lines).encode()


def _data() -> Iterator[tuple[str, bytes]]:
    for name, (find, pattern) in _TREES.items():
        root = find()
        for path in root.glob(pattern):
            if path.is_file():
                inside = PurePosixPath(name, *path.relative_to(root).parts)
                yield str(inside), path.read_bytes()


def write(folder: Path) -> int:
    """Write the files below a folder, over older ones. Returns how many. Raises OSError."""
    written = 0
    for name, data in files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written += 1
    return written


def stale(folder: Path) -> list[str]:
    """Say, a line each, what of a folder is not as `write` would leave it."""
    wanted = dict(files())
    found = []
    for name, data in wanted.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is not there")
        elif path.read_bytes() != data:
            found.append(f"{name} differs")
    there = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return [*found, *(f"{name} is too many" for name in sorted(there) if name not in wanted)]


def tarball() -> bytes:
    """Return the files as a tar.gz, below one folder: the same bytes for the same files."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files():
            entry = tarfile.TarInfo(f"mizan-conformance-v1/{name}")
            entry.size, entry.mtime, entry.mode = len(data), _EPOCH, 0o644
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)
