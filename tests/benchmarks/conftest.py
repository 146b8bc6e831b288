"""Lets tests import what benchmarks are made of: behind everything else that can be imported."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
