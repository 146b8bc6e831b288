"""Strategies for targets and instances (SPEC.md, section 7), as JSON documents and as objects.

Invariant: every document drawn follows `common.schema.json`; names come from a small pool half of
the time, so that sets hold targets that cover one another.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from mizan.protocol.targets import Instance, Target, target_from_json

from ._names import names, parameter_names
from ._values import param_values, texts

TargetDocument = str | dict[str, Any]


def params(values: st.SearchStrategy[Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Up to four parameters: name to value. ``values`` draws the values (any, unless given)."""
    few = st.sampled_from([1, "1", True, "a", "b"]) if values is None else values
    return st.dictionaries(
        parameter_names(), few | (param_values() if values is None else values), max_size=4
    )


def target_documents() -> st.SearchStrategy[TargetDocument]:
    """One target as JSON has it: `*`, the name of a context, or an object."""
    objects: st.SearchStrategy[TargetDocument] = st.fixed_dictionaries(
        {"context": names()}, optional={"function": names(), "params": params()}
    )
    return st.just("*") | names() | objects | objects


def target_set_documents(max_size: int = 6) -> st.SearchStrategy[list[TargetDocument]]:
    """Several targets; often they share a context, and `*` is rare enough to leave the others."""
    without_star = target_documents().filter(lambda target: target != "*")
    some = st.lists(without_star, max_size=max_size)
    return some | some | some | st.lists(target_documents(), max_size=max_size)


def targets() -> st.SearchStrategy[Target]:
    """One target."""
    return target_documents().map(target_from_json)


def target_sets(max_size: int = 6) -> st.SearchStrategy[list[Target]]:
    """Several targets, in any order, covering one another or not."""
    return target_set_documents(max_size).map(lambda found: [*map(target_from_json, found)])


def instance_documents() -> st.SearchStrategy[dict[str, Any]]:
    """One instance as JSON has it: `context` and `params`, with values of any kind."""
    return st.fixed_dictionaries({"context": names(), "params": params()})


def instances() -> st.SearchStrategy[Instance]:
    """One instance, its parameters as the canonical strings that a header would carry."""
    return st.builds(
        lambda context, found: Instance(context, tuple(sorted(found.items()))),
        names(),
        params(texts()),
    )
