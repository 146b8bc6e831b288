"""Varnish as an edge: its VCL and cases for varnishtest (SPEC.md, sections 8 to 12).

Invariant: the text is a function of the manifest and the options alone, and holds no secret.
"""

from mizan.edge_vcl.cases import cases
from mizan.edge_vcl.render import Options, render

__all__ = ["Options", "cases", "render"]
