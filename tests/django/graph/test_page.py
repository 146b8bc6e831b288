"""The page holds the picture and a table, and needs nothing else."""

from __future__ import annotations

from html.parser import HTMLParser

from mizan.django.graph import html, svg
from mizan.django.graph.model import Effect, Graph, Mutation, Shown

GRAPH = Graph(
    (
        Mutation("b", (Effect("user", "orders", ("user_id",)), Effect("all", None, ())), ()),
        Mutation("a", (Effect("all", None, ()),), ("private", "/<a>/")),
    ),
    (
        Shown("user", ("orders",), ("user_id",), ("user_id",), ()),
        Shown("all", ("list",), (), (), ()),
        Shown("terms", ("text",), (), (), ()),
    ),
)


class Cells(HTMLParser):
    """The texts of the table's cells, by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (the base's signature)
        if tag == "tr":
            self.rows.append([])
        self._in = tag in ("td", "th")
        if self._in:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 (the base's signature)
        self._in = False

    def handle_data(self, data: str) -> None:
        if self._in:
            self.rows[-1][-1] += data


def test_the_table_has_every_effect() -> None:
    assert Cells(html(GRAPH)).rows == [
        ["Mutation", "Makes stale", "Instances", "Route"],
        ["a", "all", "all of it", "private, /<a>/"],
        ["b", "user/orders", "by user_id", ""],
        ["", "all", "all of it", ""],
    ]


def test_the_picture_is_in_it() -> None:
    assert svg(GRAPH) in html(GRAPH)


def test_it_says_what_no_mutation_makes_stale() -> None:
    assert "No mutation makes stale: terms." in html(GRAPH)
    assert "Each context has a mutation." in html(Graph(GRAPH.mutations, GRAPH.contexts[:2]))
