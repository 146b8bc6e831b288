"""For tests: of ports, and of projects that use Mizan.

Hypothesis strategies for what Mizan speaks of, which need Hypothesis (`mizan-protocol[testing]`):

    from hypothesis import given
    from mizan.testing import headers, target_sets

    @given(target_sets())
    def test_my_port(targets): ...

`mizan.testing.django` has clients and assertions for Django projects, `mizan.testing.replies` what
a reply must be; neither needs Hypothesis.

Invariant: a strategy draws what its docstring says is valid, or says what is wrong with it;
importing this package loads nothing, so that pytest can load its plugin at no cost.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._declarations import declarations, manifests, parameters
    from ._headers import headers, hostile_headers, near_valid_headers, valid_headers
    from ._names import names, not_names, parameter_names
    from ._targets import (
        instance_documents,
        instances,
        target_documents,
        target_set_documents,
        target_sets,
        targets,
    )
    from ._values import (
        accepted_values,
        doubles,
        integers,
        json_values,
        param_values,
        parameter_types,
        scalars,
        texts,
    )

__all__ = [
    "accepted_values",
    "declarations",
    "doubles",
    "headers",
    "hostile_headers",
    "instance_documents",
    "instances",
    "integers",
    "json_values",
    "manifests",
    "names",
    "near_valid_headers",
    "not_names",
    "param_values",
    "parameter_names",
    "parameter_types",
    "parameters",
    "scalars",
    "target_documents",
    "target_set_documents",
    "target_sets",
    "targets",
    "texts",
    "valid_headers",
]

_HOMES = {
    "_declarations": ("declarations", "manifests", "parameters"),
    "_headers": ("headers", "hostile_headers", "near_valid_headers", "valid_headers"),
    "_names": ("names", "not_names", "parameter_names"),
    "_targets": (
        "instance_documents",
        "instances",
        "target_documents",
        "target_set_documents",
        "target_sets",
        "targets",
    ),
}


def __getattr__(name: str) -> Any:
    """Load one of the strategies above."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((home for home, there in _HOMES.items() if name in there), "_values")
    return getattr(import_module(f"{__name__}.{home}"), name)
