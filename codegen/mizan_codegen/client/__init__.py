"""Client schema in, a typed client in TypeScript out: types, descriptors, hooks.

Invariant: the same client schema gives the same bytes, which prettier leaves as they are.
"""

from mizan_codegen.client.generate import generate, write

__all__ = ["generate", "write"]
