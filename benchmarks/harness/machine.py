"""What a run was made on and with: the machine without its name, and versions of packages.

Invariant: nothing here tells one machine of a kind from another.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import psutil

import mizan

GIB = 1 << 30


def machine() -> dict[str, str]:
    """Return what the figures depend on, by name."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if _IS_LINUX else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / GIB:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "load when it began": f"{os.getloadavg()[0]:.1f}",
    }


def versions(packages: Iterable[str] = (), programs: Iterable[str] = ()) -> dict[str, str]:
    """Return the versions of Python, Mizan, Python packages, and programs that know `--version`."""
    found = {"Python": platform.python_version(), "Mizan": mizan.__version__}
    found |= {name: version(name) for name in packages}
    return found | {name: _said(name) for name in programs}


_IS_LINUX = platform.system() == "Linux"


def _processor() -> str:
    """Return the model's name where the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _said(program: str) -> str:
    """Return the first version that a program says (wrk exits with 1 then)."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+\.\d+[\w.]*", done.stdout + done.stderr)
    return found[0] if found else "unknown"
