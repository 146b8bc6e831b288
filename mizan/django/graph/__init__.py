"""Which mutation makes which context stale: as text, as a Mermaid chart, as a picture, as a page.

Invariant: all of them are drawn from the manifest alone, and the same manifest gives the same text.
"""

from mizan.django.graph.chart import mermaid, text
from mizan.django.graph.model import Graph, graph_of
from mizan.django.graph.page import html
from mizan.django.graph.picture import svg

__all__ = ["Graph", "graph_of", "html", "mermaid", "svg", "text"]
