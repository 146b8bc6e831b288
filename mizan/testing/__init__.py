"""Hypothesis strategies for what Mizan speaks of: for tests of ports and of projects that use it.

Invariant: a strategy draws what its docstring says is valid, or says what is wrong with it. It
needs Hypothesis (`mizan-protocol[testing]`), which is loaded when the first one is asked for: the
pytest plugin, `mizan.testing.django` and `mizan.testing.replies` do without.

    from hypothesis import given
    from mizan.testing import headers, target_sets

    @given(target_sets())
    def test_my_port(targets): ...
"""

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

# strategy -> the module that has it
_MODULES = {
    "accepted_values": "_values",
    "declarations": "_declarations",
    "doubles": "_values",
    "headers": "_headers",
    "hostile_headers": "_headers",
    "instance_documents": "_targets",
    "instances": "_targets",
    "integers": "_values",
    "json_values": "_values",
    "manifests": "_declarations",
    "names": "_names",
    "near_valid_headers": "_headers",
    "not_names": "_names",
    "param_values": "_values",
    "parameter_names": "_names",
    "parameter_types": "_values",
    "parameters": "_declarations",
    "scalars": "_values",
    "target_documents": "_targets",
    "target_set_documents": "_targets",
    "target_sets": "_targets",
    "targets": "_targets",
    "texts": "_values",
    "valid_headers": "_headers",
}


def __getattr__(name: str) -> Any:
    """Return a strategy, importing its module now."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


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
