"""The harness of the benchmarks: a timer on pyperf, one form of results, the page and its plots."""
