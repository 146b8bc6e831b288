"""mizan/openapi/reading.py: contexts and events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]
Make = Callable[..., Schema]
JSON = "application/json"


def user(function: Make, **members: Any) -> Schema:
    """Return the functions and contexts of a schema with one context."""
    read = {"kind": "read", "context": "user", "methods": ["GET"]}
    return {
        "functions": {
            "profile": function(**read, output={"type": "string"}),
            "orders": function(**read, output={"type": "array"}),
        },
        "contexts": {
            "user": {
                "parameters": [
                    {"name": "user_id", "type": {"type": "integer"}, "required": True},
                ],
                "functions": ["orders", "profile"],
                **members,
            }
        },
    }


def test_a_context_is_a_path(
    schema: Make, function: Make, made: Make, fits: Callable[..., bool]
) -> None:
    document = made(schema(**user(function, description="One user.", deprecated="Use people.")))
    item = document["paths"]["/ctx/user/"]
    assert item.keys() == {"get", "post"}
    read = item["get"]
    assert read["description"] == "One user.\n\nDeprecated: Use people."
    assert read["deprecated"] is True
    assert item["post"]["deprecated"] is True
    assert [(each["name"], each["in"]) for each in read["parameters"]] == [
        ("user_id", "query"),
        ("If-None-Match", "header"),
    ]
    bundle = read["responses"]["200"]["content"][JSON]["schema"]
    assert bundle == item["post"]["responses"]["200"]["content"][JSON]["schema"]
    assert fits(document, bundle, {"orders": [], "profile": "Ada"})
    assert not fits(document, bundle, {"orders": []})
    assert not fits(document, bundle, {"orders": [], "profile": 1})
    assert not fits(document, bundle, {"orders": [], "profile": "Ada", "more": 1})
    assert "content" not in read["responses"]["304"]
    assert "ETag" in read["responses"]["304"]["headers"]
    body = item["post"]["requestBody"]["content"][JSON]["schema"]
    assert fits(document, body, {"user_id": 5})
    assert not fits(document, body, {})


def test_contexts_whose_names_are_alike_have_operations_of_their_own(
    schema: Make, function: Make, made: Make
) -> None:
    given = user(function)
    given["contexts"]["user.long"] = given["contexts"]["user"]
    paths = made(schema(**given))["paths"].values()
    ids = [operation["operationId"] for item in paths for operation in item.values()]
    assert len(ids) == len(set(ids)) == 5


def test_a_context_without_parameters_and_description(
    schema: Make, function: Make, made: Make
) -> None:
    document = made(schema(**user(function, parameters=[])))
    read = document["paths"]["/ctx/user/"]["get"]
    assert read["description"] == ""
    assert "deprecated" not in read
    assert [each["name"] for each in read["parameters"]] == ["If-None-Match"]


def test_the_errors_of_all_functions_are_there(schema: Make, function: Make, made: Make) -> None:
    given = user(function)
    given["functions"]["orders"]["errors"] = {"app.closed": {"status": 410}}
    item = made(schema(**given))["paths"]["/ctx/user/"]
    assert "410" in item["get"]["responses"]
    assert "410" in item["post"]["responses"]


def test_events(schema: Make, made: Make) -> None:
    assert made(schema())["paths"] == {}
    read = made(schema(), events=True)["paths"]["/events/"]["get"]
    assert read["responses"]["200"]["content"].keys() == {"text/event-stream"}
    assert {"401", "404", "429", "501", "503"} <= read["responses"].keys()
    assert [each["name"] for each in read["parameters"]] == ["held", "last", "Last-Event-ID"]
