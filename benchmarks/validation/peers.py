"""Checks a file of replies by another library, as a short program of a user's would.

usage: peers.py PROGRAM FILE
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parents[2] / "schema" / "v1"
KIND = "result"
Check = Callable[[Any], bool]


def _schemas() -> dict[str, Any]:
    return {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}


def of_jsonschema() -> Check:
    """Return jsonschema's validator for the kind."""
    from jsonschema import Draft202012Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    known = _schemas()
    resources = [(each["$id"], DRAFT202012.create_resource(each)) for each in known.values()]
    registry: Any = Registry().with_resources(resources)
    check: Check = Draft202012Validator(known[f"{KIND}.schema.json"], registry=registry).is_valid
    return check


def of_jsonschema_rs() -> Check:
    """Return jsonschema-rs's validator for the kind."""
    import jsonschema_rs

    known = _schemas()
    registry = jsonschema_rs.Registry([(each["$id"], each) for each in known.values()])
    schema = known[f"{KIND}.schema.json"]
    check: Check = jsonschema_rs.Draft202012Validator(schema, registry=registry).is_valid
    return check


def only_read() -> Check:
    """Return what takes everything for right."""
    return lambda _: True


CHECKS: dict[str, Callable[[], Check]] = {
    "jsonschema": of_jsonschema,
    "jsonschema-rs": of_jsonschema_rs,
}
PROGRAMS = CHECKS | {"json.loads": only_read}


def main() -> int:
    """Check each line. Returns 1 where one is wrong."""
    name, path = sys.argv[1:]
    check = PROGRAMS[name]()
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 (as anybody writes it)
        return int(not all(check(json.loads(line)) for line in file))


if __name__ == "__main__":
    sys.exit(main())
