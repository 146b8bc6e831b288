"""Where the packages come from that docs/tutorial.md installs.

Invariant: a stranger finds no program and no package of this checkout but those that he is given.
"""

from __future__ import annotations

import os
import re
import shutil
import site
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from terminal import Unlike

ROOT = Path(__file__).resolve().parent.parent.parent


def outer() -> dict[str, str]:
    """Return the environment of this process without another project's, or a test's, variables."""
    foreign = ("COV", "DJANGO_", "PYTEST_", "PYTHON")
    return {name: text for name, text in os.environ.items() if not name.startswith(foreign)}


class Installed(NamedTuple):
    """How a command of the page is run."""

    environment: dict[str, str]
    replace: Callable[[str], str]
    prepared: dict[str, Callable[[], None]]
    """A part of a command -> what is done in its place."""


def stranger(tools: Path, wheel: Path, packages: Path) -> Installed:
    """Return how one installs who has Python, pip, node and npm alone.

    pip is told of the wheel by its own variables; npm gets tarballs in place of names.
    """
    for name in ("node", "npm", "npx"):
        program = shutil.which(name)
        if program is None:
            raise Unlike(f"there is no {name} on this machine")
        (tools / name).symlink_to(os.path.realpath(program))
    (tools / "python3").symlink_to(os.path.realpath(sys.executable))
    version = wheel.name.split("-")[1]
    (tools / "constraint.txt").write_text(f"mizan-protocol=={version}\n")
    links = [os.environ.get("PIP_FIND_LINKS", ""), str(wheel.resolve().parent)]
    environment = {
        **outer(),
        "PATH": os.pathsep.join([str(tools), "/usr/local/bin", "/usr/bin", "/bin"]),
        "PIP_FIND_LINKS": " ".join(filter(None, links)),
        "PIP_CONSTRAINT": str(tools / "constraint.txt"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }

    def local(command: str) -> str:
        if not command.startswith("npm install"):
            return command
        return re.sub(r"@mizan/(\w+)", lambda found: tarball(packages, found[1]), command)

    return Installed(environment, local, {})


def tarball(packages: Path, name: str) -> str:
    found = sorted(packages.resolve().glob(f"mizan-{name}-[0-9]*.tgz"))
    if len(found) != 1:
        raise Unlike(f"{packages} has {len(found)} files mizan-{name}-VERSION.tgz, and needs one")
    return str(found[0])


def resident(folder: Path) -> Installed:
    """Return how nothing is installed: all is there, in the environment and the checkout."""

    def venv() -> None:
        run = [sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")]
        subprocess.run(run, check=True)
        (packages,) = folder.glob(".venv/lib/python*/site-packages")
        lines = [f"import site; site.addsitedir({each!r})" for each in site.getsitepackages()]
        (packages / "checkout.pth").write_text("\n".join(lines))

    def modules() -> None:
        (folder / "node_modules").symlink_to(ROOT / "node_modules")

    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**outer(), "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    prepared = {"python3 -m venv": venv, "pip install": lambda: None, "npm install": modules}
    return Installed(environment, str, prepared)
