"""The edges that are tried, by name: each a program in front of an origin.

Invariant: all are started the same way, so that one test tries them all.
"""

from __future__ import annotations

from collections.abc import Mapping

from front import Origin, Program


class Edge(Program):
    """What stands in front of an origin. `fault`: one that is planted in it."""

    is_cache = True

    def __init__(self, origin: Origin, fault: str = "") -> None:
        super().__init__()
        self.origin = origin
        self.fault = fault


class Bare(Edge):
    """No edge at all."""

    name = "none"
    is_cache = False

    def start(self) -> None:
        self.port = self.origin.port


EDGES: Mapping[str, type[Edge]] = {each.name: each for each in (Bare,)}
