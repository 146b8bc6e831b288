"""Whether a document is right, told quickly (mizan/cli/acceptance.py).

tests/models/test_agreement.py holds it to the schemas with many more documents.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mizan.cli.acceptance import acceptance
from mizan.resources import schema_dir
from mizan.schemas import kinds

EXAMPLES = schema_dir() / "v1" / "examples"


@pytest.mark.parametrize("kind", kinds())
def test_each_kind_has_its_examples_told_apart(kind: str) -> None:
    accepts = acceptance(f"{kind}.schema.json")
    valid = list((EXAMPLES / kind / "valid").glob("*.json"))
    invalid = list((EXAMPLES / kind / "invalid").glob("*.json"))
    assert valid
    assert all(accepts(json.loads(path.read_bytes())) for path in valid)
    assert not any(accepts(json.loads(path.read_bytes())["document"]) for path in invalid)


def test_a_definition_can_be_asked_for() -> None:
    accepts = acceptance("common.schema.json#/$defs/Name")
    assert accepts("user.orders")
    assert not accepts("User")


def test_what_readers_ignore_is_not_accepted() -> None:
    assert not acceptance("call.schema.json")({"function": "ping", "later": 1})


def test_neither_the_models_nor_jsonschema_are_loaded_for_what_is_right(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text('{"function": "ping"}')
    # What measures coverage imports some of these itself.
    environ = {name: each for name, each in os.environ.items() if "COVERAGE" not in name}
    program = (
        "import sys; from mizan.cli.main import main; status = main(sys.argv[1:]);"
        "print([name for name in ('jsonschema', 'pydantic', 'multiprocessing')"
        " if name in sys.modules], status)"
    )
    call = [sys.executable, "-c", program, "validate", "--kind", "call", str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=True, env=environ)
    assert done.stdout == "[] 0\n"


def test_the_examples_are_where_they_are_looked_for() -> None:
    assert {path.name for path in Path(EXAMPLES).iterdir()} == set(kinds())
