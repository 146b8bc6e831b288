"""Faults by name: the proofs have to find each, or they would prove nothing.

`no-purge` and `no-user` are the origin's (`behind.py`), so each edge has them; `in-flight` is the
edge's own: it then keeps what it began to fetch before a purge.

Invariant: what is changed is a copy, and it is an error if it has not what is to be changed.
"""

from __future__ import annotations

import shutil
from pathlib import Path

IN_FLIGHT = "in-flight"
FAULTS = ("no-purge", "no-user", IN_FLIGHT)
_JUDGE = 'sub mizan_judge {\n\tvar.set("overtaken", "yes");\n'
_JUDGED = 'sub mizan_judge {\n\tvar.set("overtaken", "");\n\tif (true) {\n\t\treturn;\n\t}\n'
_STRUCK = "    hasStruck(names, after) {\n"


def vcl(fault: str, path: Path) -> None:
    """Change the VCL of a Varnish."""
    if fault == IN_FLIGHT:
        _replace(path, _JUDGE, _JUDGED)


def package(fault: str, package: Path, folder: Path) -> Path:
    """Return the folder of the package `@mizan/edge`: its own, or a changed copy in `folder`."""
    if fault != IN_FLIGHT:
        return package
    copy = folder / "edge"
    shutil.copytree(package / "dist", copy / "dist")
    shutil.copy(package / "package.json", copy)
    (folder / "node_modules").symlink_to(package.parents[1] / "node_modules")
    _replace(copy / "dist" / "purges.js", _STRUCK, f"{_STRUCK}        return false;\n")
    return copy


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    if old not in text:
        raise ValueError(f"{path.name} has not the place where the fault goes: {old!r}")
    path.write_text(text.replace(old, new))
