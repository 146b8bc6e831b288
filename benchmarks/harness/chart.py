"""Line charts as SVG documents, as plain as they can be.

Invariant: a chart refers to nothing outside itself, and is the same for the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, TOP, RIGHT, BOTTOM = 70, 56, 190, 56
TICKS = 5
# Dark enough for white and for black paper (after Okabe and Ito).
COLOURS = ("#0072b2", "#c24e00", "#00825c", "#a8437c", "#8a6d00")
_STYLE = """
svg { background: #fff; --ink: #1c2430; --line: #cfd6de }
@media (prefers-color-scheme: dark) { svg { background: #12161c; --ink: #e6ebf1; --line: #3a4552 } }
text { font: 12px system-ui, sans-serif; fill: var(--ink) }
.title { font-size: 15px; font-weight: 600 }
.grid { stroke: var(--line) }
.line { fill: none; stroke-width: 2 }
"""
Points = Sequence[tuple[float, float]]


def lines(title: str, x_name: str, y_name: str, top: float, series: Mapping[str, Points]) -> str:
    """Return a chart of lines from 0 to `top`; the values of x stand side by side, evenly.

    All series have the same values of x, of which each is a label.
    """
    labels = [x for x, _ in next(iter(series.values()))]
    body = [
        _text(LEFT, 28, title, "title"),
        *_grid(top),
        *(_text(_across(n, len(labels)), HEIGHT - 34, f"{x:g}") for n, x in enumerate(labels)),
        _text(LEFT, HEIGHT - 12, x_name),
        _text(12, TOP - 12, y_name),
    ]
    for number, (name, points) in enumerate(series.items()):
        body += _series(number, name, [y / top for _, y in points])
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    drawn = "\n".join(body)
    return f"{head}\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n{drawn}\n</svg>\n"


def _series(number: int, name: str, shares: Sequence[float]) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    places = [(_across(n, len(shares)), _up(share)) for n, share in enumerate(shares)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline class="line" stroke="{colour}" points="{path}"/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    y = TOP + 10 + 22 * number
    yield f'<circle cx="{WIDTH - RIGHT + 26}" cy="{y - 4}" r="5" fill="{colour}"/>'
    yield _text(WIDTH - RIGHT + 38, y, name)


def _grid(top: float) -> Iterator[str]:
    for number in range(TICKS + 1):
        y, right = _up(number / TICKS), WIDTH - RIGHT
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield _text(LEFT - 44, y + 4, f"{top * number / TICKS:g}")


def _across(number: int, count: int) -> float:
    return LEFT + 12 + (WIDTH - LEFT - RIGHT - 24) * number / max(1, count - 1)


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
