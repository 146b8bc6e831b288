"""What the generated models promise beyond accepting what the schemas accept."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mizan.models import coercion, common, declarations, manifest, port, result
from mizan.models.call import CallRequest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "schema" / "v1" / "examples"


def load(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text("utf-8"))


def test_models_are_frozen() -> None:
    call = CallRequest.model_validate({"function": "ping"})
    with pytest.raises(ValidationError, match="frozen"):
        call.function = "pong"


def test_a_writer_is_refused_an_unknown_member_at_any_depth() -> None:
    document = load("manifest/valid/user.json")
    document["contexts"]["user"]["functions"][0]["extra"] = 1
    with pytest.raises(ValidationError, match=r"contexts\.user\.functions\.0\.extra"):
        manifest.Manifest.model_validate(document)


def test_a_reader_leaves_unknown_members_out_at_any_depth() -> None:
    wanted = load("manifest/valid/user.json")
    document = load("manifest/valid/user.json")
    document["later"] = True
    document["contexts"]["user"]["later"] = 1
    document["contexts"]["user"]["parameters"][0]["type"]["later"] = "x"
    read = manifest.Manifest.model_validate(document, extra="ignore")
    assert read.model_dump(by_alias=True) == wanted


def test_absent_and_null_stay_apart() -> None:
    members = {"name": "page", "type": {"type": "integer"}, "required": False}
    absent = common.Parameter.model_validate(members)
    null = common.Parameter.model_validate({**members, "nullable": True, "default": None})
    assert "default" not in absent.model_dump()
    assert null.model_dump()["default"] is None
    with pytest.raises(ValidationError):
        common.Parameter.model_validate({**members, "nullable": None})


def test_integers_stay_integers() -> None:
    target = {"context": "a", "params": {"x": 5, "y": 5.5, "z": True, "w": "5"}}
    read = result.CallResult.model_validate({"result": None, "invalidate": [target]})
    assert read.model_dump_json() == json.dumps(
        {"result": None, "invalidate": [target]}, separators=(",", ":")
    )


@pytest.mark.parametrize(
    ("type_", "place"),
    [
        ({"type": "int"}, ("type",)),
        ({"type": "choice"}, ("type", "choice", "choices")),
        ({"type": "list", "items": {"type": "list"}}, ("type", "list", "items")),
    ],
)
def test_a_parameter_type_is_told_by_its_type(
    type_: dict[str, Any], place: tuple[str, ...]
) -> None:
    document = {"name": "a", "type": type_, "required": True}
    with pytest.raises(ValidationError) as caught:
        common.Parameter.model_validate(document)
    assert [error["loc"] for error in caught.value.errors()] == [place]


def test_the_models_have_docstrings_and_the_words_of_the_schemas() -> None:
    for model in (CallRequest, common.TargetObject, declarations.Declarations, port.HelloOk):
        assert issubclass(model, BaseModel)
        assert (model.__doc__ or "").strip().endswith(".")
    text = (ROOT / "mizan" / "models" / "call.py").read_text("utf-8")
    assert "The function to run." in text


@pytest.mark.parametrize("module", ["mizan.models", "mizan.models.coercion"])
def test_the_package_and_the_table_load_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_coercion_table_is_that_of_the_schemas() -> None:
    rules = json.loads((ROOT / "schema" / "v1" / "coercion.json").read_text("utf-8"))["types"]
    assert list(coercion.RULES) == [rule["type"] for rule in rules]
    for rule in rules:
        made = coercion.RULES[rule["type"]]
        assert made == coercion.Rule(
            tuple(rule["json"]), *(rule.get(name) for name in coercion.Rule._fields[1:])
        )
