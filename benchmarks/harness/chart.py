"""Charts of lines and bars as SVG documents, as plain as they can be.

Invariant: a chart refers to nothing outside itself, and is the same for the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10

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
.x { text-anchor: middle }
.grid { stroke: var(--line) }
.line { fill: none; stroke-width: 2 }
"""
Points = Sequence[tuple[float, float]]


def lines(title: str, x_name: str, y_name: str, top: float, series: Mapping[str, Points]) -> str:
    """Return a chart of lines from 0 to `top`; the values of x stand side by side, evenly.

    All series have the same values of x, of which each is a label.
    """
    scale = [(n / TICKS, f"{top * n / TICKS:g}") for n in range(TICKS + 1)]
    shares = {name: [y / top for _, y in points] for name, points in series.items()}
    return _lines(title, x_name, y_name, _labels(series), scale, shares)


def growth(title: str, x_name: str, y_name: str, series: Mapping[str, Points]) -> str:
    """Return a chart of lines over powers of ten, for what grows by many of them."""
    logs = {name: [log10(y) for _, y in points] for name, points in series.items()}
    least = floor(min(map(min, logs.values())))
    most = max(least + 1, ceil(max(map(max, logs.values()))))
    span = most - least
    scale = [(n / span, f"{10.0 ** (least + n):g}") for n in range(span + 1)]
    shares = {name: [(y - least) / span for y in ys] for name, ys in logs.items()}
    return _lines(title, x_name, y_name, _labels(series), scale, shares)


def bars(title: str, top: float, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Return a chart of lying bars from 0 to `top`, in groups; a bar that is longer ends there.

    Every bar has its number behind it, and every name its colour.
    """
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    body = [_text(LEFT - 50, 28, title, "title")]
    y = TOP
    for label, group in groups.items():
        body.append(_text(LEFT - 50, y + 10, label))
        for name, value in group.items():
            body += _bar(y, min(1.0, value / top), COLOURS[names.index(name) % len(COLOURS)])
            width = _BARS * min(1.0, value / top)
            body.append(_text(_BARS_LEFT + width + 6, y + 10, f"{value:.2f}"))
            y += _STEP
        y += _STEP // 2
    body += [each for n, name in enumerate(names) for each in _legend(n, name)]
    return _document(title, max(y, TOP + 22 * len(names)) + 10, body)


_STEP, _BARS_LEFT, _BARS = 14, 190, 280


def _bar(y: float, share: float, colour: str) -> Iterator[str]:
    yield (
        f'<rect x="{_BARS_LEFT}" y="{y}" width="{max(1.0, _BARS * share):.1f}" '
        f'height="{_STEP - 3}" fill="{colour}"/>'
    )


def _labels(series: Mapping[str, Points]) -> list[str]:
    return [f"{x:,.0f}" if x >= _MANY else f"{x:g}" for x, _ in next(iter(series.values()))]


_MANY = 1000


def _lines(
    title: str,
    x_name: str,
    y_name: str,
    labels: list[str],
    scale: list[tuple[float, str]],
    series: Mapping[str, Sequence[float]],
) -> str:
    body = [
        _text(LEFT, 28, title, "title"),
        *_grid(scale),
        *(_text(_across(n, len(labels)), HEIGHT - 34, x, "x") for n, x in enumerate(labels)),
        _text(LEFT, HEIGHT - 12, x_name),
        _text(12, TOP - 12, y_name),
    ]
    for number, (name, shares) in enumerate(series.items()):
        body += [*_series(number, shares), *_legend(number, name)]
    return _document(title, HEIGHT, body)


def _document(title: str, height: float, body: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    drawn = "\n".join(body)
    return f"{head}\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n{drawn}\n</svg>\n"


def _series(number: int, shares: Sequence[float]) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    places = [(_across(n, len(shares)), _up(share)) for n, share in enumerate(shares)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    yield f'<polyline class="line" stroke="{colour}" points="{path}"/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def _legend(number: int, name: str) -> Iterator[str]:
    colour = COLOURS[number % len(COLOURS)]
    y = TOP + 10 + 22 * number
    yield f'<circle cx="{WIDTH - RIGHT + 26}" cy="{y - 4}" r="5" fill="{colour}"/>'
    yield _text(WIDTH - RIGHT + 38, y, name)


def _grid(scale: list[tuple[float, str]]) -> Iterator[str]:
    for share, label in scale:
        y, right = _up(share), WIDTH - RIGHT
        yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield _text(LEFT - 44, y + 4, label)


def _across(number: int, count: int) -> float:
    return LEFT + 12 + (WIDTH - LEFT - RIGHT - 24) * number / max(1, count - 1)


def _up(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
