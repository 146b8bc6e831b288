"""Hypothesis strategies for what Mizan speaks of: for tests of ports and of projects that use it.

Invariant: a strategy draws what its docstring says is valid, or says what is wrong with it. It
needs Hypothesis (`mizan-protocol[testing]`).

    from hypothesis import given
    from mizan.testing import headers, target_sets

    @given(target_sets())
    def test_my_port(targets): ...
"""

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
