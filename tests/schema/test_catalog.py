"""schema/catalog.json and docs/editor.md: which schema belongs to which file name."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mizan import schemas
from mizan_conformance import bundle

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOG: dict[str, Any] = json.loads((ROOT / "schema" / "catalog.json").read_text("utf-8"))
ENTRIES: list[dict[str, Any]] = CATALOG["schemas"]
GUIDE = (ROOT / "docs" / "editor.md").read_text("utf-8")

# The form that SchemaStore's own schema of catalogues demands.
ADDRESS = {"type": "string", "pattern": "^https://"}
FORM = {
    "type": "object",
    "additionalProperties": False,
    "required": ["$schema", "version", "schemas"],
    "properties": {
        "$schema": {"const": "https://json.schemastore.org/schema-catalog.json"},
        "version": {"type": "number"},
        "schemas": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name", "description", "fileMatch", "url", "versions"],
                "properties": {
                    "name": {"type": "string", "pattern": "^Mizan "},
                    "description": {"type": "string"},
                    "fileMatch": {
                        "type": "array",
                        "minItems": 1,
                        "uniqueItems": True,
                        "items": {"type": "string"},
                    },
                    "url": ADDRESS,
                    "versions": {"type": "object", "additionalProperties": ADDRESS},
                },
            },
        },
    },
}

# kind -> (a file of the repository, a name that it would have elsewhere)
FILES = {
    "client-schema": ("conformance/app/client-schema.json", "shop.mizan-client-schema.json"),
    "declarations": ("conformance/app/app.json", "mizan-declarations.json"),
    "manifest": ("conformance/app/manifest.json", "mizan-manifest.json"),
    "vectors": ("conformance/vectors/v1/key.json", "suite/conformance/vectors/v1/key.json"),
}


def kind_of(url: str) -> str:
    return url.rsplit("/", 1)[1].removesuffix(".schema.json")


def kinds_of(name: str) -> list[str]:
    return [
        kind_of(entry["url"])
        for entry in ENTRIES
        if any(fnmatch(name, pattern) for pattern in entry["fileMatch"])
    ]


def test_it_has_the_form_of_a_catalogue() -> None:
    jsonschema.validate(CATALOG, FORM)
    names = [entry["name"] for entry in ENTRIES]
    assert names == sorted(names)


def test_an_address_is_the_id_of_the_schema() -> None:
    for entry in ENTRIES:
        assert entry["url"] == schemas.load(kind_of(entry["url"]))["$id"]
        assert entry["versions"] == {"1": entry["url"]}


def test_it_has_each_document_that_people_keep_as_a_file() -> None:
    """Those may say `$schema`; the coercion table is one file, and lies in schema/v1 itself."""
    alone = {
        kind for kind in schemas.kinds() if "$schema" in schemas.load(kind).get("properties", ())
    }
    assert {kind_of(entry["url"]) for entry in ENTRIES} == alone - {"coercion"}


@pytest.mark.parametrize("kind", FILES)
def test_a_name_finds_the_schema_that_the_document_follows(kind: str) -> None:
    file, name = FILES[kind]
    assert kinds_of(name) == [kind]
    assert schemas.problems(kind, json.loads((ROOT / file).read_text("utf-8"))) == []


@pytest.mark.parametrize("name", ["manifest.json", "package.json", "schema.json", "key.json"])
def test_the_names_of_others_are_left_alone(name: str) -> None:
    assert kinds_of(name) == []


def test_the_guide_has_the_patterns_and_the_files_of_the_suites_data() -> None:
    [block] = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    settings = json.loads(block)["json.schemas"]
    assert [each["fileMatch"] for each in settings] == [each["fileMatch"] for each in ENTRIES]
    files = {f"./mizan-suite/{path}" for path, _ in bundle.files()}
    assert [kind_of(each["url"]) for each in settings] == [kind_of(each["url"]) for each in ENTRIES]
    assert {each["url"] for each in settings} <= files
