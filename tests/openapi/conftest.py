"""What the tests of the OpenAPI document share: client schemas, and documents that are valid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mizan.openapi import openapi
from mizan.schemas import problems

Schema = dict[str, Any]
EMPTY: Schema = {"mizan": "1.0", "base_url": "/m/", "functions": {}, "contexts": {}}


def _references(place: object) -> Iterator[str]:
    if isinstance(place, Mapping):
        if isinstance(place.get("$ref"), str):
            yield place["$ref"]
        for each in place.values():
            yield from _references(each)
    elif isinstance(place, list):
        for each in place:
            yield from _references(each)


def _is_there(document: Mapping[str, Any], reference: str) -> bool:
    place: Any = document
    for step in reference.removeprefix("#/").split("/"):
        place = place.get(step)
    return place is not None


@pytest.fixture
def schema() -> Callable[..., Schema]:
    """Make a client schema; the arguments are its members."""

    def make(**members: Any) -> Schema:
        document = {**EMPTY, **members}
        assert problems("client-schema", document) == []
        return document

    return make


@pytest.fixture
def function() -> Callable[..., Schema]:
    """Make a function of a client schema; the arguments replace its members."""
    plain = {"kind": "call", "methods": ["POST"], "input": {"type": "object"}, "output": {}}
    return lambda **members: {**plain, **members}


@pytest.fixture
def made() -> Callable[..., Schema]:
    """Make the document of a client schema. It is valid, and every reference leads somewhere."""

    def make(document: Mapping[str, Any], **options: Any) -> Schema:
        found = openapi(document, **options)
        assert list(map(str, OpenAPIV31SpecValidator(found).iter_errors())) == []
        assert [each for each in _references(found) if not _is_there(found, each)] == []
        return found

    return make


@pytest.fixture
def fits() -> Callable[[Schema, Schema, object], bool]:
    """Tell whether a value is what a schema of a document describes."""

    def tell(document: Schema, schema: Schema, value: object) -> bool:
        whole = {**schema, "components": document["components"]}
        return Draft202012Validator(whole).is_valid(value)

    return tell
