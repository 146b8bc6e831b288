"""The picture is right as a drawing: nothing overlaps, nothing sticks out, arrows meet boxes."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from mizan.django.graph import svg
from mizan.django.graph.model import Effect, Graph, Mutation, Shown

LONG = "a" * 64


def context(name: str, *functions: str, scope: tuple[str, ...] = ()) -> Shown:
    return Shown(name, functions, scope, scope, ())


GRAPHS = {
    "nothing": Graph((), ()),
    "a context alone": Graph((), (context("a", "b"),)),
    "long names": Graph(
        (Mutation(LONG, (Effect(LONG, LONG, (LONG,)),), ("private", f"/{LONG}/")),),
        (context(LONG, LONG, scope=(LONG, "b", "c")),),
    ),
    "many of both": Graph(
        tuple(
            Mutation(f"m{row}", tuple(Effect(f"c{n}", None, ()) for n in range(row)), ())
            for row in range(12)
        ),
        tuple(context(f"c{n}", *(f"f{each}" for each in range(n))) for n in range(11)),
    ),
}

Box = tuple[float, float, float, float]


class Drawing:
    """An SVG, taken apart."""

    def __init__(self, text: str) -> None:
        self.root = ElementTree.fromstring(text)  # noqa: S314 (our own)
        self.width, self.height = map(float, self.root.get("viewBox", "").split()[2:])
        self.boxes = [_box(each) for each in self._all("rect") if "box" in each.get("class", "")]
        self.texts = [
            (float(each.get("x", "")), float(each.get("y", "")), each.text or "")
            for each in self._all("text")
        ]
        self.arrows = [
            tuple(map(float, re.findall(r"[\d.]+", each.get("d", ""))))
            for each in self._all("path")
            if each.get("class") == "arrow"
        ]

    def _all(self, tag: str) -> list[ElementTree.Element]:
        return list(self.root.iter(f"{{http://www.w3.org/2000/svg}}{tag}"))


def _box(element: ElementTree.Element) -> Box:
    x, y, width, height = (float(element.get(name, "")) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


@pytest.fixture(params=GRAPHS.values(), ids=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    found: Graph = request.param
    return found


def test_every_mutation_and_context_has_a_box(graph: Graph) -> None:
    drawing = Drawing(svg(graph))
    assert len(drawing.boxes) == len(graph.mutations) + len(graph.contexts)
    shown = {text for _, _, text in drawing.texts}
    assert {each.name for each in (*graph.mutations, *graph.contexts)} <= shown


def test_nothing_overlaps_or_sticks_out(graph: Graph) -> None:
    drawing = Drawing(svg(graph))
    for left, top, right, bottom in drawing.boxes:
        assert 0 <= left < right <= drawing.width
        assert 0 <= top < bottom <= drawing.height
    for a, b in combinations(drawing.boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_texts_stay_in_their_boxes(graph: Graph) -> None:
    drawing = Drawing(svg(graph))
    names = drawing.texts[2:]  # after the headings
    for x, y, text in names:
        around = [box for box in drawing.boxes if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
        assert len(around) == 1
        # 6.6 is the advance of 11 px text in the widest usual monospaced font.
        assert x + 6.6 * len(text) <= around[0][2]
    rows: dict[tuple[float, float], list[tuple[float, str]]] = {}
    for x, y, text in names:
        box = next(b for b in drawing.boxes if b[0] <= x <= b[2] and b[1] <= y <= b[3])
        rows.setdefault((box[0], y), []).append((x, text))
    for row in rows.values():
        for (x, text), (following, _) in zip(sorted(row), sorted(row)[1:], strict=False):
            assert x + 6.6 * len(text) < following


def test_arrows_lead_from_mutations_to_contexts(graph: Graph) -> None:
    drawing = Drawing(svg(graph))
    mutations = drawing.boxes[: len(graph.mutations)]
    contexts = dict(
        zip(
            (each.name for each in graph.contexts),
            drawing.boxes[len(graph.mutations) :],
            strict=True,
        )
    )
    wanted = sorted(
        (box[2], contexts[effect.context][0], place, effect.context)
        for place, (mutation, box) in enumerate(zip(graph.mutations, mutations, strict=True))
        for effect in mutation.effects
    )
    found = []
    for x, y, *_, to_x, to_y in drawing.arrows:
        (start,) = (n for n, b in enumerate(mutations) if b[2] == x and b[1] < y < b[3])
        (end,) = (n for n, b in contexts.items() if b[0] == to_x and b[1] < to_y < b[3])
        found.append((x, to_x, start, end))
    assert sorted(found) == wanted
    for ends in ({each[:2] for each in drawing.arrows}, {each[-2:] for each in drawing.arrows}):
        assert len(ends) == len(drawing.arrows)


def test_a_context_without_mutation_says_so() -> None:
    drawing = Drawing(svg(GRAPHS["a context alone"]))
    assert "no mutation makes it stale" in {text for _, _, text in drawing.texts}


def test_names_are_escaped() -> None:
    odd = Graph((Mutation("m", (), ('/<script>"&/',)),), ())
    assert "<script>" not in svg(odd)
    assert '/<script>"&/' in {text for _, _, text in Drawing(svg(odd)).texts}


def test_it_refers_to_nothing_outside(graph: Graph) -> None:
    assert re.findall(r"href|src=|@import|url\((?!#a\d\))", svg(graph)) == []
