"""Generators: JSON Schemas in, pydantic models and TypeScript types out. Never imports `mizan`.

Invariant: the same schemas give the same bytes, on any machine and in any folder.
"""

from mizan_codegen.main import main, models

__all__ = ["main", "models"]
