"""mizan/openapi/calls.py: `POST call/`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]
Make = Callable[..., Schema]
JSON, FORM = "application/json", "multipart/form-data"
NOTE: Schema = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
        "parent": {"anyOf": [{"$ref": "#/$defs/Note"}, {"type": "null"}]},
    },
    "required": ["text"],
    "additionalProperties": False,
}


def operation(document: Schema) -> Schema:
    found: Schema = document["paths"]["/call/"]["post"]
    return found


def test_functions_are_told_apart(
    schema: Make, function: Make, made: Make, fits: Callable[..., bool]
) -> None:
    add = function(input={"$ref": "#/$defs/Note"}, output={"$ref": "#/$defs/Note"})
    document = made(schema(functions={"add": add, "ping": function()}, **{"$defs": {"Note": NOTE}}))
    body = operation(document)["requestBody"]["content"][JSON]["schema"]
    assert body["discriminator"] == {
        "propertyName": "function",
        "mapping": {
            "add": "#/components/schemas/call.add",
            "ping": "#/components/schemas/call.ping",
        },
    }
    nested = {"text": "a", "tags": ["b"], "parent": {"text": "b", "parent": None}}
    assert fits(document, body, {"function": "add", "args": nested})
    assert fits(document, body, {"function": "ping"})
    assert fits(document, body, {"function": "ping", "args": {}})
    assert not fits(document, body, {"function": "add"})
    assert not fits(document, body, {"function": "add", "args": {"text": "a", "tags": ["c"]}})
    assert not fits(document, body, {"function": "other", "args": {}})


def test_the_reply_of_a_function(
    schema: Make, function: Make, made: Make, fits: Callable[..., bool]
) -> None:
    document = made(schema(functions={"count": function(output={"type": "integer"})}))
    reply = operation(document)["responses"]["200"]
    body = reply["content"][JSON]["schema"]
    assert body == {"$ref": "#/components/schemas/result.count"}
    stale = ["user", {"context": "board", "params": {"board_id": 5}}]
    slices = [{"context": "user", "params": {}, "data": {"profile": None}}]
    assert fits(document, body, {"result": 5})
    assert fits(document, body, {"result": 5, "invalidate": stale, "fresh": slices})
    assert not fits(document, body, {"result": "5"})
    assert not fits(document, body, {"result": 5, "invalidate": []})
    assert not fits(document, body, {"result": 5, "other": 1})
    assert {"X-Mizan-Invalidate", "Cache-Control"} <= reply["headers"].keys()


def test_the_description_lists_the_functions(schema: Make, function: Make, made: Make) -> None:
    affects = [{"context": "user", "function": "profile", "by": ["user_id"]}, {"context": "board"}]
    document = made(
        schema(
            functions={
                "rename": function(
                    kind="mutation",
                    affects=affects,
                    description="Rename\na user.\n\nWhoever.",
                    deprecated="Use edit.",
                ),
                "ping": function(),
            }
        )
    )
    listed = operation(document)["description"].splitlines()[2:]
    assert listed == [
        "- `ping` (call)",
        (
            "- `rename` (mutation): Rename a user. Deprecated: Use edit. "
            "Makes stale: `user/profile;user_id`, `board`."
        ),
    ]
    rename = document["components"]["schemas"]["call.rename"]
    assert rename["description"] == "Rename a user. Deprecated: Use edit."
    assert rename["deprecated"] is True
    assert "deprecated" not in document["components"]["schemas"]["call.ping"]


def test_header_fields_of_a_call(schema: Make, function: Make, made: Make) -> None:
    given = operation(made(schema(functions={"ping": function()})))["parameters"]
    assert [(each["name"], each["in"]) for each in given] == [
        ("X-Mizan-Call", "header"),
        ("X-Mizan-Held", "header"),
    ]


def test_files_are_parts_of_a_form(schema: Make, function: Make, made: Make) -> None:
    file = {"type": "string", "format": "binary"}
    given = {
        "type": "object",
        "properties": {
            "photo": file,
            "more": {"type": "array", "items": file},
            "title": {"type": "string"},
            "note": {"type": "string"},
        },
        "required": ["photo", "title"],
    }
    send = function(input={"$ref": "#/$defs/SendInput"}, upload=True)
    document = made(schema(functions={"send": send}, **{"$defs": {"SendInput": given}}))
    content = operation(document)["requestBody"]["content"]
    assert content.keys() == {FORM}
    assert content[FORM]["encoding"] == {"call": {"contentType": JSON}}
    assert content[FORM]["schema"] == {"$ref": "#/components/schemas/call.send"}
    form = document["components"]["schemas"]["call.send"]
    assert form["properties"].keys() == {"call", "photo", "more"}
    assert form["required"] == ["call", "photo"]
    call = form["properties"]["call"]
    assert call["properties"]["args"]["properties"].keys() == {"title", "note"}
    assert call["properties"]["args"]["required"] == ["title"]
    assert call["required"] == ["function", "args"]


def test_a_form_of_files_alone_has_no_arguments(schema: Make, function: Make, made: Make) -> None:
    file = {"type": "string", "format": "binary"}
    given = {"type": "object", "properties": {"photo": file}, "required": ["photo"]}
    functions = {name: function(input=given, upload=True) for name in ("one", "two")}
    document = made(schema(functions={**functions, "ping": function()}))
    content = operation(document)["requestBody"]["content"]
    assert content.keys() == {JSON, FORM}
    assert content[FORM]["schema"]["anyOf"] == [
        {"$ref": "#/components/schemas/call.one"},
        {"$ref": "#/components/schemas/call.two"},
    ]
    call = document["components"]["schemas"]["call.one"]["properties"]["call"]
    assert call["required"] == ["function"]
    assert call["properties"]["args"] == {"type": "object", "properties": {}}
