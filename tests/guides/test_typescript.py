"""The TypeScript of all guides fits the packages and the client that the project generates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from guide import DOCS, ROOT, blocks, notes, run, write

CONFIG = {
    "extends": str(ROOT / "tsconfig.base.json"),
    "compilerOptions": {"noEmit": True, "jsx": "react-jsx", "types": ["node"]},
    "include": ["frontend"],
}
# What a page that is wrong would say, lest nothing is checked at all.
WRONG = """
import { read, boardContext, createClient } from "./mizan/client.js";
const { notes } = await read(createClient(), boardContext, { board_id: 1 });
export const wrong = notes[0]?.txet;
"""


@pytest.mark.slow
def test_it_compiles(tmp_path: Path) -> None:
    folder = notes(tmp_path)
    source = folder / "frontend" / "src"
    for page in sorted((DOCS / "guides").glob("*.md")):
        for block in blocks(f"guides/{page.name}", "ts", "tsx"):
            write(folder, block)
    done = run(
        folder,
        "python manage.py mizan_codegen --out frontend/src/mizan &&"
        "python manage.py export_client_schema --output frontend/src/client-schema.json",
    )
    assert done.returncode == 0, done.stderr
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "tsconfig.json").write_text(json.dumps(CONFIG))
    (source / "wrong.ts").write_text(WRONG)
    found = run(folder, "node_modules/.bin/tsc --project .").stdout.splitlines()
    assert len(found) == 1, "\n".join(found)
    assert "'txet' does not exist" in found[0]
