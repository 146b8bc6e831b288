"""What a page pays in bytes, beside its peers: the entry files of benchmarks/size/ and each
optional entry, minified by esbuild and compressed by gzip -9. KB are 1,000 bytes.

usage: size.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MEASURE = Path(__file__).parent / "size" / "measure.js"

if __name__ == "__main__":
    sys.exit(subprocess.run(["node", MEASURE], check=False).returncode)
