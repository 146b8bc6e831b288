"""mizan/openapi/components.py: the named schemas."""

from __future__ import annotations

from mizan.openapi.components import Components


def test_another_schema_of_a_name_gets_a_longer_one() -> None:
    components = Components({"Note": {"type": "object"}, "call.x": {"type": "string"}})
    assert components.add("call.x", {"type": "null"}) == {"$ref": "#/components/schemas/call.x_"}
    assert components.add("call.x", {"type": "null"}) == {"$ref": "#/components/schemas/call.x_"}
    assert components.add("call.x", {"const": 1}) == {"$ref": "#/components/schemas/call.x__"}
    assert list(components.all()) == ["Note", "call.x", "call.x_", "call.x__"]
    assert components.all()["call.x"] == {"type": "string"}


def test_the_protocols_schemas_give_way_to_the_applications() -> None:
    components = Components({"MizanCode": {"type": "integer"}})
    assert components.protocol("common", "Code") == {"$ref": "#/components/schemas/MizanCode_"}
    assert components.all()["MizanCode"] == {"type": "integer"}


def test_references_of_the_application_are_followed() -> None:
    pet = {
        "oneOf": [{"$ref": "#/$defs/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/$defs/Cat"}},
        "default": "#/$defs/Unknown",
    }
    components = Components({"Cat": {"type": "object"}, "Pet": pet})
    here = "#/components/schemas/Cat"
    assert components.all()["Pet"] == {
        "oneOf": [{"$ref": here}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": here}},
        "default": "#/$defs/Unknown",
    }


def test_what_the_protocols_schemas_refer_to_comes_along() -> None:
    components = Components({})
    components.protocol("error")
    found = components.all()
    assert found.keys() == {
        "MizanArgumentError",
        "MizanCode",
        "MizanJsonObject",
        "MizanName",
        "MizanPointer",
        "MizanProblemDocument",
    }
    problem = found["MizanProblemDocument"]
    assert not [name for name in problem if name.startswith("$")]
    assert problem["properties"]["code"]["$ref"] == "#/components/schemas/MizanCode"
    assert "KnownCode" in problem["properties"]["code"]["description"]
