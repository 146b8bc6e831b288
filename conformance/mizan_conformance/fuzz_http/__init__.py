"""Fuzzing of live servers: requests drawn from a client schema, replies held to SPEC.md.

`server` knows the server, `values` and `draw` draw, `right` says what is right for a request,
`memory` what earlier replies promise, `rules` judges, `play` sends, `case` is what was found.
"""
