"""How soon `mizan fuzz TOPIC` finds a planted fault, and how small it makes what shows it.

    scripts/bench planted [ID...]

A port for each topic is the Python core with one fault of `conformance/ports/broken/mutants/`; the
time has its start, the search and the shrinking in it. Exits with 1 where one takes 30 s, or is not
found.
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from mizan_conformance.fuzz.run import fuzz

MUTANT = Path(__file__).resolve().parent.parent / "conformance" / "ports" / "broken" / "mutant.py"
EXAMPLES = 200_000
SEED = 1
LIMIT = 30.0  # seconds

# topic -> the fault
PLANTED = {
    "canonical": "case-folded",
    "jcs": "code-point-order",
    "url": "plus-is-space",
    "header": "never-coarsened",
    "targets": "star-covers-nothing",
    "key": "user-without-pkey",
    "token": "alg-of-the-token",
    "manifest": "strategies-exchanged",
    "edge": "unknown-by-its-parameters",
}


def main() -> int:
    """Print a line for each fault. Returns the exit status."""
    late = 0
    for topic, fault in PLANTED.items():
        if sys.argv[1:] and fault not in sys.argv[1:]:
            continue
        seconds, size, text = _found(topic, fault)
        late |= size == 0 or seconds >= LIMIT
        print(f"| `{topic}` | {fault} | {seconds:.1f} s | {size} | {text} |", flush=True)
    return int(late)


def _found(topic: str, fault: str) -> tuple[float, int, str]:
    """Return the seconds, the characters of the smallest input (0: nothing found), the input."""
    command = [sys.executable, str(MUTANT), fault]
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        output = Path(folder) / "vector.json"
        found = fuzz(topic, command, EXAMPLES, SEED, output=output, stream=io.StringIO())
    seconds = time.monotonic() - began
    if found is None:
        return seconds, 0, ""
    return seconds, found.size, f"{found.case.op} {found.case.input}"


if __name__ == "__main__":
    sys.exit(main())
