"""The conformance port over the Python core: `python conformance/ports/python/port.py`."""

import sys

from mizan_conformance.python_port import main

if __name__ == "__main__":
    sys.exit(main())
