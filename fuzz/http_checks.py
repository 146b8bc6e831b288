"""What `fuzz.http` has schemathesis check besides its own checks: it loads this module.

Invariant: the result of a call is one of the function that was called; the document says no more
than that it is one of some function.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from jsonschema import Draft202012Validator


@schemathesis.check
def result_is_of_the_function(_: Any, response: Any, case: Any) -> None:
    """Hold the reply of a call to `result.NAME`."""
    named = case.body.get("function") if isinstance(case.body, dict) else None
    if case.operation.path != "/call/" or response.status_code != 200:
        return
    components = case.operation.schema.raw_schema["components"]
    assert f"result.{named}" in components["schemas"], f"There is no function {named!r}."  # noqa: S101
    schema = {"$ref": f"#/components/schemas/result.{named}", "components": components}
    for error in Draft202012Validator(schema).iter_errors(response.json()):
        raise AssertionError(f"{named}: {error.json_path}: {error.message}")
