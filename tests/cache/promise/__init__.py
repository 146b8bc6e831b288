"""The promise of the origin cache as a model, and what tries it out on any backend."""
