"""The contenders of the benchmark, each a URLconf of its own that imports no other contender."""
