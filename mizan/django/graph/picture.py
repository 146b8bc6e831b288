"""The graph as an SVG picture: mutations on the left, contexts on the right, arrows between.

Invariant: nothing overlaps whatever the names are, for widths are reckoned for the widest usual
monospaced font; the picture refers to nothing outside itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from mizan.django.graph.model import Graph, Mutation, Shown

# All lengths are in SVG user units: pixels at 100 %.
_CHARACTER = 7.9  # the width of one at the size below
_SMALL = 6.7
_LINE = 20
_PADDING = 14
_GAP = 18  # between boxes of a column
_MARGIN = 28
_HEAD = 46  # room for the headings
_HEADING = 240  # the width of the longer heading
_SPREAD = 150  # between the columns, at least; more where many arrows cross it
_CROWD = 3  # further room for each arrow

# Dark enough for white and for black paper (after Okabe and Ito).
_COLOURS = ("#0072b2", "#c24e00", "#00825c", "#a8437c", "#8a6d00", "#2f7ea8", "#6a4fb3", "#b03a3a")
_STYLE = """
svg { background: #fff; --ink: #1c2430; --soft: #5b6675; --line: #cfd6de; --box: #f7f9fb }
@media (prefers-color-scheme: dark) {
  svg { background: #12161c; --ink: #e6ebf1; --soft: #9aa7b6; --line: #3a4552; --box: #1b222b }
}
text { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--ink) }
.name { font-weight: 600 }
.small { font-size: 11px; fill: var(--soft) }
.key { font-size: 11px; font-weight: 600; fill: var(--ink) }
.head { font: 600 12px system-ui, sans-serif; letter-spacing: .08em; fill: var(--soft) }
.box { fill: var(--box); stroke: var(--line) }
.idle { stroke-dasharray: 4 4 }
.arrow { fill: none; stroke-width: 1.7 }
"""


@dataclass(frozen=True, slots=True)
class _Box:
    """A box with its place. `rows` are SVG texts without a place: (class, text) pieces each."""

    x: float
    y: float
    width: float
    rows: Sequence[Sequence[tuple[str, str]]]

    @property
    def height(self) -> float:
        return len(self.rows) * _LINE + 2 * _PADDING - 8

    @property
    def right(self) -> float:
        return self.x + self.width

    def row(self, number: int) -> float:
        """Return the height of the middle of a row."""
        return self.y + _PADDING - 4 + (number + 0.5) * _LINE


def svg(graph: Graph) -> str:
    """Return the picture as an SVG document."""
    left = [_mutation_rows(each) for each in graph.mutations]
    right = [_context_rows(each, graph) for each in graph.contexts]
    arrows = sum(len(each.effects) for each in graph.mutations)
    left_width, right_width = _width(left), max(_width(right), _HEADING)
    second = _MARGIN + left_width + _SPREAD + _CROWD * arrows
    tallest = max(_total(left), _total(right))
    boxes = _column(left, _MARGIN, left_width, tallest)
    shown = _column(right, second, right_width, tallest)
    width, height = second + right_width + _MARGIN, _HEAD + tallest + _MARGIN
    body = [
        _text(_MARGIN, 30, "head", "MUTATIONS"),
        _text(second, 30, "head", "CONTEXTS THEY MAKE STALE"),
        *_arrows(graph, boxes, shown),
        *(_drawn(box, None, idle=False) for box in boxes),
        *(
            _drawn(box, colour, idle=context.name in graph.untouched)
            for box, context, colour in zip(shown, graph.contexts, _cycle(), strict=False)
        ),
    ]
    return _document(width, height, graph, body)


def _document(width: float, height: float, graph: Graph, body: Iterable[str]) -> str:
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    count = f"{len(graph.mutations)} mutations and {len(graph.contexts)} contexts"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        "<title>Which mutation makes which context stale</title>",
        f"<desc>{count}; an arrow leads from a mutation to what it makes stale.</desc>",
        f"<style>{_STYLE}</style>",
        f"<defs>{''.join(map(_marker, range(len(_COLOURS))))}</defs>",
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _mutation_rows(mutation: Mutation) -> list[list[tuple[str, str]]]:
    rows = [[("name", mutation.name)]]
    rows += [[("small", mark)] for mark in mutation.marks]
    rows += [[("key", each.target), ("small", each.extent)] for each in mutation.effects]
    return rows


def _context_rows(context: Shown, graph: Graph) -> list[list[tuple[str, str]]]:
    rows = [[("name", context.name), *(("small", mark) for mark in context.marks)]]
    if context.parameters:
        pieces = [
            ("key" if each in context.scope else "small", each) for each in context.parameters
        ]
        rows.append([("small", "by"), *pieces])
    rows += [[("small", f"· {function}")] for function in context.functions]
    if context.name in graph.untouched:
        rows.append([("small", "no mutation makes it stale")])
    return rows


def _column(
    contents: Sequence[Sequence[Sequence[tuple[str, str]]]], x: float, width: float, tallest: float
) -> list[_Box]:
    """Return the boxes of a column, one below the other, in the middle of the height."""
    y = _HEAD + (tallest - _total(contents)) / 2
    boxes = []
    for rows in contents:
        boxes.append(_Box(x, y, width, rows))
        y += boxes[-1].height + _GAP
    return boxes


def _total(contents: Sequence[Sequence[Sequence[tuple[str, str]]]]) -> float:
    heights = [_Box(0, 0, 0, rows).height for rows in contents]
    return sum(heights) + _GAP * max(len(heights) - 1, 0)


def _width(contents: Sequence[Sequence[Sequence[tuple[str, str]]]]) -> float:
    return 2 * _PADDING + max((_length(row) for rows in contents for row in rows), default=120)


def _length(row: Sequence[tuple[str, str]]) -> float:
    return sum(len(text) * _advance(kind) for kind, text in row) + 8 * (len(row) - 1)


def _advance(kind: str) -> float:
    return _CHARACTER if kind == "name" else _SMALL


def _arrows(graph: Graph, boxes: Sequence[_Box], shown: Sequence[_Box]) -> Iterator[str]:
    """Yield the arrows: from an effect's row to its context, spread over the context's side."""
    numbers = {each.name: number for number, each in enumerate(graph.contexts)}
    ends: dict[int, list[tuple[_Box, float]]] = {}
    for mutation, box in zip(graph.mutations, boxes, strict=True):
        first = 1 + len(mutation.marks)
        for row, effect in enumerate(mutation.effects, first):
            ends.setdefault(numbers[effect.context], []).append((box, box.row(row)))
    for number, starts in sorted(ends.items()):
        target = shown[number]
        for place, (box, y) in enumerate(starts, 1):
            to = target.y + target.height * place / (len(starts) + 1)
            yield _arrow(box.right, y, target.x, to, number % len(_COLOURS))


def _arrow(x: float, y: float, to_x: float, to_y: float, colour: int) -> str:
    bend = (to_x - x) * 0.45
    points = ((x + bend, y), (to_x - bend, to_y), (to_x, to_y))
    curve = f"M{x:.1f} {y:.1f}C" + " ".join(f"{a:.1f} {b:.1f}" for a, b in points)
    stroke = f'stroke="{_COLOURS[colour]}" marker-end="url(#a{colour})"'
    return f'<path class="arrow" d="{curve}" {stroke}/>'


def _marker(number: int) -> str:
    place = 'refX="9" refY="4.5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse"'
    shape = f'<path d="M0 0L9 4.5L0 9z" fill="{_COLOURS[number]}"/>'
    return f'<marker id="a{number}" {place} orient="auto">{shape}</marker>'


def _drawn(box: _Box, colour: str | None, *, idle: bool) -> str:
    """Return a box with its texts; a context has a stripe in the colour of its arrows."""
    place = f'x="{box.x:.1f}" y="{box.y:.1f}"'
    kind = "box idle" if idle else "box"
    parts = [
        f'<rect class="{kind}" {place} width="{box.width:.1f}" height="{box.height:.1f}" rx="7"/>'
    ]
    if colour is not None and not idle:
        parts.append(
            f'<rect {place} width="5" height="{box.height:.1f}" rx="2.5" fill="{colour}"/>'
        )
    for number, row in enumerate(box.rows):
        x = box.x + _PADDING
        for each, text in row:
            parts.append(_text(x, box.row(number) + 4.5, each, text))
            x += len(text) * _advance(each) + 8
    return "".join(parts)


def _text(x: float, y: float, kind: str, text: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'


def _cycle() -> Iterator[str]:
    while True:
        yield from _COLOURS
