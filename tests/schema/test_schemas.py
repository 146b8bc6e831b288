"""The schemas, their examples, and the examples that SPEC.md quotes."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator

from mizan.errors import KNOWN_CODES
from mizan.schemas import guess_kind, kinds, load, problems, validator

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "schema" / "v1"
EXAMPLES = FOLDER / "examples"
VALID = sorted(EXAMPLES.glob("*/valid/*.json"))
INVALID = sorted(EXAMPLES.glob("*/invalid/*.json"))
BLOCK = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
MARKER = re.compile(r"<!-- example: ([a-z/.-]+) -->\n\Z")


def kind_of(path: Path) -> str:
    return path.relative_to(EXAMPLES).parts[0]


def name_of(path: Path) -> str:
    return path.relative_to(EXAMPLES).as_posix()


@pytest.fixture(scope="module")
def referee() -> dict[str, Any]:
    """Return validators of another implementation, by kind."""
    contents = [json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.schema.json")]
    registry = jsonschema_rs.Registry([(each["$id"], each) for each in contents])
    return {
        each["$id"].rpartition("/")[2].removesuffix(".schema.json"): (
            jsonschema_rs.Draft202012Validator(each, registry=registry)
        )
        for each in contents
    }


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.schema.json")), ids=lambda p: p.name)
def test_a_schema_follows_its_metaschema(path: Path) -> None:
    Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_a_valid_example_is_accepted(path: Path, referee: dict[str, Any]) -> None:
    document = json.loads(path.read_bytes())
    assert problems(kind_of(path), document) == []
    assert referee[kind_of(path)].is_valid(document)
    assert guess_kind(document) == kind_of(path)


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_an_invalid_example_is_refused_where_it_says(path: Path, referee: dict[str, Any]) -> None:
    example = json.loads(path.read_text("utf-8"))
    assert example.keys() == {"document", "keyword", "pointer"}
    found = [(each.keyword, each.pointer) for each in problems(kind_of(path), example["document"])]
    assert found == [(example["keyword"], example["pointer"])]
    assert not validator(kind_of(path)).is_valid(example["document"])
    assert not referee[kind_of(path)].is_valid(example["document"])


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_enough_examples(kind: str) -> None:
    assert len([path for path in VALID if kind_of(path) == kind]) >= 2
    assert len([path for path in INVALID if kind_of(path) == kind]) >= 3


def test_there_are_no_other_examples() -> None:
    assert {kind_of(path) for path in EXAMPLES.rglob("*.json")} == set(kinds())
    assert sorted(EXAMPLES.rglob("*.json")) == sorted(VALID + INVALID)


def test_json_in_the_specification_is_an_example() -> None:
    text = (ROOT / "SPEC.md").read_text("utf-8")
    blocks = list(BLOCK.finditer(text))
    assert blocks
    assert len(blocks) == text.count("```json")
    for block in blocks:
        marker = MARKER.search(text, 0, block.start())
        assert marker, f"no marker before:\n{block[0]}"
        path = EXAMPLES / marker[1]
        assert path in VALID
        assert block[1] == path.read_text("utf-8"), marker[1]


def test_the_registry_of_codes_is_that_of_the_errors() -> None:
    codes = load("error")["$defs"]["KnownCode"]["enum"]
    assert len(codes) == len(set(codes))
    assert set(codes) == KNOWN_CODES
    pattern = re.compile(load("error")["$defs"]["Pointer"]["pattern"])
    assert pattern.fullmatch("/a~1b/0")


def test_the_registry_of_codes_is_annex_b() -> None:
    annex = (ROOT / "SPEC.md").read_text("utf-8").split("## Annex B")[1].split("## Annex C")[0]
    rows = [line.split("|")[1] for line in annex.splitlines() if line.startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`([^`]+)`", row)]
    assert listed == load("error")["$defs"]["KnownCode"]["enum"]


def test_every_operation_has_an_output() -> None:
    annex = (ROOT / "SPEC.md").read_text("utf-8").split("## Annex C")[1]
    operations = re.findall(r"^\| `([a-z.]+)` \| `", annex, re.MULTILINE)
    assert len(operations) == len(set(operations))
    names = {"".join(part.title() for part in op.split(".")) + "Ok" for op in operations}
    outputs = {name for name in load("port")["$defs"] if name.endswith("Ok")}
    assert outputs == names | {"HelloOk"}


def test_the_kinds_of_operations_are_those_of_the_suite() -> None:
    """Hold the vectors to what a schema cannot say (schema/v1/vectors.schema.json)."""
    files = sorted((ROOT / "conformance" / "vectors" / "v1").glob("*.json"))
    for path in files:
        document = json.loads(path.read_text("utf-8"))
        assert problems("vectors", document) == []
        vectors = {vector["id"]: vector for vector in document["vectors"]}
        assert len(vectors) == len(document["vectors"])
        assert document["topic"] == path.stem
        assert len(vectors) >= document["minimum"]
        for name, vector in vectors.items():
            assert name.startswith(f"{document['topic']}/")
            assert set(vector["flags"]) <= document["flags"].keys()
            if "error" in vector["expect"]:
                assert "ok" in vectors[vector["neighbour"]]["expect"], name


def test_the_coercion_table_follows_its_schema_and_the_types() -> None:
    table = json.loads((FOLDER / "coercion.json").read_text("utf-8"))
    assert problems("coercion", table) == []
    common = json.loads((FOLDER / "common.schema.json").read_text("utf-8"))["$defs"]
    names = [branch["$ref"].rpartition("/")[2] for branch in common["ParameterType"]["anyOf"]]
    tags = [common[name]["properties"]["type"]["const"] for name in names]
    assert sorted(rule["type"] for rule in table["types"]) == sorted(tags)
    assert [name for name in names if name != "ListType"] == [
        branch["$ref"].rpartition("/")[2] for branch in common["ItemType"]["anyOf"]
    ]
    known = load("coercion")["$defs"]["CoercionRule"]["properties"]["type"]["enum"]
    assert sorted(known) == sorted(tags)


@pytest.mark.parametrize(
    ("kind", "accepted", "refused"),
    [
        ("boolean", ["true", "false"], ["True", "1", "", "true\n"]),
        ("integer", ["0", "-1", "10"], ["-0", "01", "+1", "1_000", " 5", "\u0665", "1\n"]),
        ("number", ["0", "-0", "1e5", "1.50E-7"], ["1.", ".5", "01", "1e", "NaN", "1\n"]),
        ("uuid", ["0" * 8 + "-0000-0000-0000-" + "aF" * 6], ["0" * 32]),
        ("date", ["2024-02-30"], ["2024-2-3", "24-02-03", "2024-02-03\n"]),
        (
            "datetime",
            ["2024-02-03T04:05:06Z", "2024-02-03T04:05:06.123456-23:59"],
            ["2024-02-03 04:05:06Z", "2024-02-03T04:05:06", "2024-02-03T04:05:06.1234567Z"],
        ),
        ("decimal", ["0", "-0.00", "12.50"], ["1e5", "1.", "+1", "1,5"]),
    ],
)
def test_the_patterns_of_the_coercion_table(
    kind: str, accepted: list[str], refused: list[str]
) -> None:
    table = json.loads((FOLDER / "coercion.json").read_text("utf-8"))["types"]
    [pattern] = [re.compile(rule["pattern"]) for rule in table if rule["type"] == kind]
    assert all(pattern.fullmatch(text) for text in accepted)
    assert not any(pattern.fullmatch(text) for text in refused)
