"""`import mizan` loads nothing else and states the version."""

import subprocess
import sys

import mizan

PROBE = """
import sys
before = set(sys.modules)
import mizan
print(" ".join(sorted(set(sys.modules) - before)))
"""


def test_states_a_version() -> None:
    assert mizan.__version__.split(".")[0].isdigit()


def test_importing_the_package_loads_nothing_else() -> None:
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["mizan"]
