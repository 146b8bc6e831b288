"""A small project for the proofs of coherence: rows with versions, read and changed by HTTP."""
