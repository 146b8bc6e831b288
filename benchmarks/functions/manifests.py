"""The manifest of many entries, beside writing it as text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from harness.rows import Row
from harness.timer import Effort, race

from mizan.protocol.declarations import read_declarations
from mizan.protocol.manifest import build_manifest

SIZES = (100, 1000, 10_000)


def declared(count: int) -> dict[str, Any]:
    """Return declarations that give so many entries: a half contexts, a half mutations."""
    functions: list[dict[str, Any]] = []
    for number in range(count // 2):
        context = f"shelf{number}"
        parameter = {"name": "shelf_id", "type": {"type": "integer"}, "required": True}
        functions.append({"name": f"read{number}", "context": context, "parameters": [parameter]})
        functions.append(
            {
                "name": f"write{number}",
                "affects": [{"context": context}],
                "arguments": ["shelf_id"],
            }
        )
    contexts = [{"name": f"shelf{number}"} for number in range(count // 2)]
    return {"mizan": "1.0", "base_url": "/m/", "contexts": contexts, "functions": functions}


def rows(effort: Effort, *, quick: bool) -> Iterator[Row]:
    """Yield a row for each number of entries."""
    for count in SIZES[:2] if quick else SIZES:
        document = declared(count)
        catalog = read_declarations(document)
        manifest = build_manifest(catalog)
        entries = len(manifest["contexts"]) + len(manifest["mutations"])
        if entries != count:
            raise SystemExit(f"{entries} entries, not {count}")
        calls = {
            "mizan": lambda catalog=catalog: build_manifest(catalog),
            "json.dumps": lambda manifest=manifest: json.dumps(manifest),
        }
        times = {name: seconds * 1e3 for name, seconds in race(calls, effort).items()}
        yield Row("Manifest", f"{count:,} entries", "ms", times, "json.dumps", at=float(count))
