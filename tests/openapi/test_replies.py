"""mizan/openapi/replies.py: header fields, problems, declared errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mizan.openapi.components import Components
from mizan.openapi.replies import PROBLEMS, headers, ok, problems, responses
from mizan.server.problems import STATUS, Problem

Schema = dict[str, Any]
PROBLEM = "application/problem+json"


def test_every_code_of_the_server_is_there_under_its_status() -> None:
    listed = {code: status for status, (_, codes) in PROBLEMS.items() for code in codes}
    assert listed == STATUS


def whole(components: Components) -> Schema:
    return {"components": {"schemas": components.all()}}


def test_a_status_has_its_codes_alone(fits: Callable[..., bool]) -> None:
    components = Components({})
    shared = responses(components)
    forbidden = shared["Forbidden"]["content"][PROBLEM]["schema"]
    assert fits(whole(components), forbidden, Problem("csrf", "Why.").document())
    assert not fits(whole(components), forbidden, Problem("not_found").document())
    assert not fits(whole(components), forbidden, {"code": "csrf", "status": 403})
    assert problems(components, [404, 403]) == {
        "403": {"$ref": "#/components/responses/Forbidden"},
        "404": {"$ref": "#/components/responses/NotFound"},
    }
    assert shared["MethodNotAllowed"]["headers"].keys() == {
        "Allow",
        "Cache-Control",
        "X-Mizan-Schema",
    }


def test_declared_errors_join_those_of_their_status(fits: Callable[..., bool]) -> None:
    components = Components({"Full": {"type": "object", "required": ["limit"]}})
    full = {"status": 409, "schema": {"$ref": "#/$defs/Full"}, "description": "It is full."}
    gone = {"status": 404}
    found = problems(
        components, [404], [("app.full", full), ("app.gone", gone), ("app.full", full)]
    )
    assert found.keys() == {"404", "409"}
    assert found["409"]["description"] == "- `app.full`: It is full."
    conflict = found["409"]["content"][PROBLEM]["schema"]
    assert conflict == {"$ref": "#/components/schemas/app.full"}
    right = Problem("app.full", status=409, data={"limit": 4}).document()
    assert fits(whole(components), conflict, right)
    assert not fits(whole(components), conflict, {**right, "data": {}})
    assert not fits(whole(components), conflict, {**right, "code": "app.gone"})
    missing = found["404"]["content"][PROBLEM]["schema"]
    assert fits(whole(components), missing, Problem("not_found").document())
    assert fits(whole(components), missing, Problem("app.gone", status=404).document())
    assert not fits(whole(components), missing, Problem("app.full", status=404).document())


def test_one_code_may_be_declared_twice_with_other_data() -> None:
    components = Components({})
    two = [{"status": 409, "schema": {"const": each}} for each in (1, 2)]
    found = problems(components, [], [("app.full", each) for each in two])
    names = ["app.full", "app.full_"]
    assert found["409"]["content"][PROBLEM]["schema"] == {
        "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]
    }


def test_header_fields_are_described_once() -> None:
    components = Components({})
    known = headers(components)
    named = ok("Fine.", {}, ["ETag", "X-Mizan-Invalidate"])["headers"]
    assert named == {
        name: {"$ref": f"#/components/headers/{name}"}
        for name in ("Cache-Control", "ETag", "X-Mizan-Invalidate", "X-Mizan-Schema")
    }
    assert named.keys() <= known.keys()
    schema = known["X-Mizan-Invalidate"]["schema"]
    assert schema == {"$ref": "#/components/schemas/MizanInvalidateField"}
