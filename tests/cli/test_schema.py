"""`mizan schema list|show|diff`."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.resources import schema_dir
from mizan.schemas import kinds, load

V1 = schema_dir() / "v1"
Edit = Callable[[Any], object]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, Edit], Path]:
    """Return a function that copies schema/v1 and edits one schema of the copy."""

    def copy(file: str, edit: Edit) -> Path:
        folder = tmp_path / "v1"
        shutil.copytree(V1, folder, dirs_exist_ok=True)
        path = folder / f"{file}.schema.json"
        schema = json.loads(path.read_text("utf-8"))
        edit(schema)
        path.write_text(json.dumps(schema), "utf-8")
        return folder

    return copy


def test_the_kinds_are_listed_with_their_titles(mizan: Any) -> None:
    lines = mizan("schema", "list").out.splitlines()
    assert [line.split(maxsplit=1) for line in lines] == [
        [kind, load(kind)["title"]] for kind in kinds()
    ]


def test_a_schema_is_shown_as_it_stands(mizan: Any) -> None:
    done = mizan("schema", "show", "manifest")
    assert json.dumps(done.json) == json.dumps(load("manifest"))
    done = mizan("schema", "show", "common")
    assert (done.status, done.out) == (2, "")
    assert "'common' is no kind: one of cache-key" in done.err


BREAKING: list[tuple[str, Edit, str]] = [
    (
        "common",
        lambda schema: schema["$defs"]["Name"].update(maxLength=63),
        "common.schema.json#/$defs/Name: maxLength was tightened to 63.",
    ),
    (
        "call",
        lambda schema: schema["required"].append("args"),
        "call.schema.json#/args: the member became required.",
    ),
    (
        "call",
        lambda schema: schema["properties"].pop("args"),
        "call.schema.json#/args: the member was removed.",
    ),
    (
        "mwt",
        lambda schema: schema["$defs"].pop("MwtClaims"),
        "mwt.schema.json#/$defs/MwtClaims: the definition was removed.",
    ),
    (
        "client-schema",
        lambda schema: schema["$defs"]["ClientFunction"]["properties"]["kind"]["enum"].pop(),
        'client-schema.schema.json#/$defs/ClientFunction/kind: the value "call" is no longer',
    ),
    (
        "common",
        lambda schema: schema["$defs"]["Cache"]["anyOf"].pop(),
        "common.schema.json#/$defs/Cache/anyOf/1: no alternative accepts this any more.",
    ),
    (
        "result",
        lambda schema: schema["properties"]["fresh"].update({"$ref": "call.schema.json"}),
        "result.schema.json#/fresh",
    ),
]
COMPATIBLE: list[tuple[str, Edit]] = [
    ("call", lambda schema: schema["properties"].update(trace={"type": "string"})),
    ("call", lambda schema: schema["required"].clear()),
    ("common", lambda schema: schema["$defs"]["Name"].update(maxLength=65)),
    ("common", lambda schema: schema["$defs"]["Cache"]["anyOf"].append({"type": "null"})),
    ("common", lambda schema: schema["$defs"].update(More={"type": "string"})),
    ("manifest", lambda schema: schema.update(description="Another.", title="Another")),
    (
        "client-schema",
        lambda schema: schema["$defs"]["ClientFunction"]["properties"]["kind"]["enum"].append("x"),
    ),
]


@pytest.mark.parametrize(("file", "edit", "line"), BREAKING)
def test_a_breaking_edit_of_the_real_schemas_is_named(
    mizan: Any, edited: Any, file: str, edit: Edit, line: str
) -> None:
    done = mizan("schema", "diff", V1, edited(file, edit))
    assert done.status == 1
    assert any(found.startswith(line) for found in done.out.splitlines())
    assert done.err.endswith(("breaking change.\n", "breaking changes.\n"))


@pytest.mark.parametrize(("file", "edit"), COMPATIBLE)
def test_a_compatible_edit_of_the_real_schemas_is_none(
    mizan: Any, edited: Any, file: str, edit: Edit
) -> None:
    assert mizan("schema", "diff", V1, edited(file, edit)) == (0, "", "0 breaking changes.\n")


def test_one_change_is_named_once_where_it_stands(mizan: Any, edited: Any) -> None:
    folder = edited(*BREAKING[0][:2])
    done = mizan("schema", "diff", V1, folder)
    assert (done.out, done.err) == (f"{BREAKING[0][2]}\n", "1 breaking change.\n")
    done = mizan("schema", "diff", "--format", "json", V1, folder)
    assert done.json == {
        "breaking": [
            {
                "file": "common.schema.json",
                "pointer": "/$defs/Name",
                "message": "maxLength was tightened to 63.",
            }
        ]
    }
    assert (done.status, done.err) == (1, "")


def test_two_files_are_compared_with_what_they_refer_to(mizan: Any, edited: Any) -> None:
    folder = edited(*BREAKING[0][:2])
    files = [path / "call.schema.json" for path in (V1, folder)]
    done = mizan("schema", "diff", *files)
    assert (done.status, done.out) == (1, "#/function: maxLength was tightened to 63.\n")
    done = mizan("schema", "diff", "-", files[1], stdin=files[0].read_bytes())
    assert done.status == 1
    assert mizan("schema", "diff", files[1], files[0]).status == 0


def test_a_removed_schema_breaks(mizan: Any, edited: Any) -> None:
    folder = edited("call", dict)
    (folder / "mwt.schema.json").unlink()
    done = mizan("schema", "diff", V1, folder)
    assert done.status == 1
    assert done.out.splitlines() == [
        "mwt.schema.json#: the schema was removed.",
        "port.schema.json#/$defs/TokenVerifyOk/claims: what the reference leads to is not known.",
    ]


def test_two_client_schemas_are_compared(mizan: Any, example: Any, write: Any) -> None:
    old = example("client-schema/user")
    document = json.loads(old.read_bytes())
    del document["functions"]["update_name"]
    document["contexts"]["user"]["parameters"][0]["type"] = {"type": "uuid"}
    done = mizan("schema", "diff", old, write("new.json", document))
    assert (done.status, done.out.splitlines()) == (
        1,
        [
            "#/functions/update_name: the function was removed.",
            "#/contexts/user/parameters/user_id: the type of the parameter changed.",
        ],
    )
    assert mizan("schema", "diff", old, old) == (0, "", "0 breaking changes.\n")


def test_a_wrong_client_schema_is_refused(mizan: Any, example: Any, write: Any) -> None:
    old = example("client-schema/user")
    document = json.loads(old.read_bytes()) | {"base_url": 5}
    done = mizan("schema", "diff", old, write("new.json", document))
    assert (done.status, done.out) == (1, "")
    assert "new.json: /base_url: expected" in done.err
    document = json.loads(old.read_bytes())
    document["functions"]["set_photo"]["input"] = {"type": "objekt"}
    done = mizan("schema", "diff", old, write("new.json", document))
    assert (done.status, done.out) == (1, "")
    assert "/functions/set_photo/input/type: expected the name of a type" in done.err


@pytest.mark.parametrize(
    ("new", "status", "message"),
    [
        ([], 1, "new.json: expected a JSON object"),
        ("[", 1, "new.json: Not JSON"),
        ({"type": 5}, 1, "Error: #/type: expected the name of a type"),
        ({"mizan": "1.0", "functions": {}}, 2, "two schemas or two client schemas"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    mizan: Any, write: Any, new: object, status: int, message: str
) -> None:
    done = mizan("schema", "diff", write("old.json", {"type": "null"}), write("new.json", new))
    assert (done.status, done.out) == (status, "")
    assert message in done.err


def test_a_wrong_call_is_refused(mizan: Any, tmp_path: Path) -> None:
    assert "two files or two folders" in mizan("schema", "diff", V1, V1 / "coercion.json").err
    assert f"{tmp_path} has no *.schema.json." in mizan("schema", "diff", V1, tmp_path).err
    assert "does not exist" in mizan("schema", "diff", V1, tmp_path / "none").err
    assert mizan("schema", "diff", "-", "-", stdin="{}").status == 2


def test_endless_chains_of_definitions_are_refused(mizan: Any, write: Any) -> None:
    def chain(length: int) -> dict[str, Any]:
        definitions = {
            f"A{number}": {"items": {"$ref": f"#/$defs/A{number + 1}"}} for number in range(length)
        }
        return {"anyOf": [{"$ref": "#/$defs/A0"}], "$defs": definitions}

    path = write("chain.json", {"mizan": "1.0", "base_url": "/", "contexts": {},
        "functions": {"f": {
            "kind": "call", "methods": ["POST"], "input": {"$ref": "#/$defs/A0"}, "output": {},
        }},
        "$defs": chain(2000)["$defs"]
    })  # fmt: skip
    done = mizan("schema", "diff", path, path)
    assert (done.status, done.out) == (1, "")
    assert "chains too long" in done.err
