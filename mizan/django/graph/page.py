"""The graph as a page: the picture, and the same as a table to search in."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from mizan.django.graph.model import Graph
from mizan.django.graph.picture import svg

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem;
  color: #1c2430; background: #fff }
.picture { overflow-x: auto; border: 1px solid #cfd6de; border-radius: 8px }
.picture svg { display: block; margin: auto }
table { border-collapse: collapse; width: 100%; margin-top: 2rem }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0;
  border-bottom: 1px solid #cfd6de }
td { font: 14px ui-monospace, Menlo, Consolas, monospace }
p { color: #5b6675 }
@media (prefers-color-scheme: dark) {
  body { color: #e6ebf1; background: #12161c } p { color: #9aa7b6 }
  .picture, th, td { border-color: #3a4552 }
}
"""
_TITLE = "Which mutation makes which context stale"


def html(graph: Graph) -> str:
    """Return a page that needs nothing but itself."""
    rows = "\n".join(_row(cells, "td") for cells in _cells(graph))
    head = _row(("Mutation", "Makes stale", "Instances", "Route"), "th")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{_TITLE}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{_TITLE}</h1>
<p>As declared; what a function adds with <code>invalidate()</code> while it runs is not shown.</p>
<div class="picture">
{svg(graph)}</div>
<table>
<thead>{head}</thead>
<tbody>
{rows}
</tbody>
</table>
<p>{escape(graph.note)}</p>
</body>
</html>
"""


def _cells(graph: Graph) -> Iterator[tuple[str, ...]]:
    for mutation in sorted(graph.mutations, key=lambda each: each.name):
        for number, effect in enumerate(mutation.effects):
            name = mutation.name if number == 0 else ""
            marks = ", ".join(mutation.marks) if number == 0 else ""
            yield name, effect.target, effect.extent, marks


def _row(cells: tuple[str, ...], tag: str) -> str:
    inner = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inner}</tr>"
