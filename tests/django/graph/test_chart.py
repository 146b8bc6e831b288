"""The graph as lines of text, and as a Mermaid chart."""

from __future__ import annotations

from mizan.django.graph import mermaid, text
from mizan.django.graph.model import Effect, Graph, Mutation, Shown

GRAPH = Graph(
    (
        Mutation("rename", (Effect("user", None, ("user_id",)), Effect("all", None, ())), ()),
        Mutation("hook", (Effect("user", "orders", ()),), ("private", '/h/"<b>"/')),
    ),
    (
        Shown("user", ("orders", "profile"), ("page", "user_id"), ("user_id",), ("user-scoped",)),
        Shown("all", ("list",), (), (), ()),
        Shown("terms", ("text",), (), (), ()),
    ),
)


def test_text() -> None:
    assert text(GRAPH) == (
        "rename\n"
        "  -> user  (by user_id)\n"
        "  -> all  (all of it)\n"
        "\n"
        'hook  (private, /h/"<b>"/)\n'
        "  -> user/orders  (all of it)\n"
        "\n"
        "No mutation makes stale: terms.\n"
    )


def test_text_where_everything_has_a_mutation() -> None:
    assert text(Graph(GRAPH.mutations, GRAPH.contexts[:2])).endswith("user/orders  (all of it)\n")


def test_mermaid() -> None:
    assert mermaid(GRAPH).splitlines() == [
        "flowchart LR",
        '  m0["rename"]',
        '  m1["hook<br/>private<br/>/h/#34;#60;b#62;#34;/"]',
        '  c0(["user(page, user_id)<br/>orders<br/>profile"])',
        '  c1(["all()<br/>list"])',
        '  c2(["terms()<br/>text"])',
        '  m0 -->|"by user_id"| c0',
        '  m0 -->|"all of it"| c1',
        '  m1 -->|"orders: all of it"| c0',
    ]


def test_nothing_declared_is_said_to_be_nothing() -> None:
    assert text(Graph((), ())) == "There are no contexts.\n"
    assert text(Graph((), GRAPH.contexts[-1:])).startswith("No mutation makes stale: ")
