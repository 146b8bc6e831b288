"""Mizan: pages that never show stale data. The protocol is SPEC.md; `mizan --help` shows the tool.

Invariant: importing this package loads nothing else, so every entry point starts fast.
"""

__version__ = "1.0.0.dev0"
