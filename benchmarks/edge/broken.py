"""Faults by name: the proofs have to find each, or they would prove nothing.

`no-purge`: the origin tells no edge what is stale. `no-user`: it calls public what is a user's, and
the edge believes it. `in-flight`: the edge keeps what it began to fetch before a purge. What the
origin does of it is in `behind.py`.

Invariant: what is changed is a copy, and it is an error if it has not what is to be changed.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

IN_FLIGHT = "in-flight"
NO_USER = "no-user"
FAULTS = ("no-purge", NO_USER, IN_FLIGHT)
# fault -> what is changed in a VCL: what is found by an expression, and what takes its place
_VCL = {
    IN_FLIGHT: (r'var\.set\("overtaken", "yes"\)', 'var.set("overtaken", "")'),
    NO_USER: (r'req\.url !~ \{"\^.*"\}', 'req.url ~ "(?!)"'),
}
_PACKAGE = (r"(hasStruck\(names, after\) \{\n)", r"\1        return false;\n")


def vcl(fault: str, path: Path) -> None:
    """Change the VCL of a Varnish."""
    if fault in _VCL:
        _replace(path, *_VCL[fault])


def package(fault: str, package: Path, folder: Path) -> Path:
    """Return the folder of the package `@mizan/edge`: its own, or a changed copy in `folder`."""
    if fault != IN_FLIGHT:
        return package
    copy = folder / "edge"
    shutil.copytree(package / "dist", copy / "dist")
    shutil.copy(package / "package.json", copy)
    (folder / "node_modules").symlink_to(package.parents[1] / "node_modules")
    _replace(copy / "dist" / "purges.js", *_PACKAGE)
    return copy


def _replace(path: Path, old: str, new: str) -> None:
    text, times = re.subn(old, new, path.read_text())
    if not times:
        raise ValueError(f"{path.name} has no place where the fault goes: {old}")
    path.write_text(text)
