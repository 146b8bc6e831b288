"""Fuzzing of ports: the same input to two sides, and the smallest on which they differ.

`topics` says what is drawn, `mutate` draws, `sides` answers, `search` compares, `shrink` makes a
difference small, `vector` makes a test vector of it, `corpus` keeps what was worth keeping.
"""
