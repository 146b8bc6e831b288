"""A port over the Python core with one of the faults of `mutants/*.toml`, by its id:

mizan fuzz url -- python conformance/ports/broken/mutant.py plus-is-space
"""

from __future__ import annotations

import sys

from mizan_conformance import mutants


def main() -> int:
    """Serve the mutant. Returns the exit status."""
    (mutant,) = mutants.load_mutants(sys.argv[1])
    mutants.load(mutant)  # in place of the core, before the port imports it
    from mizan_conformance import python_port

    sys.argv[1:] = []
    return python_port.main()


if __name__ == "__main__":
    sys.exit(main())
