"""The coercion table as data for both cores (`schema/v1/coercion.json`; SPEC.md, section 5.3).

Invariant: both languages get the same rules; nothing but constants is written.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from mizan_codegen import python as python_models
from mizan_codegen.schemas import FOLDER
from mizan_codegen.typescript import header as typescript_header

_SOURCE = f"{FOLDER}/coercion.json"
_FIELDS = {"pattern": None, "minimum": None, "maximum": None, "max_digits": None}

_PYTHON = '''
"""What each type of context parameter accepts (SPEC.md, section 5.3), as constants.

`pattern` is to be matched against the whole text; None means that nothing is asked.
"""

from typing import Final, NamedTuple


class Rule(NamedTuple):
    """One type: JSON types, pattern of the text, bounds of the integer, digits of the text."""

    json: tuple[str, ...]
    pattern: str | None
    minimum: int | None
    maximum: int | None
    max_digits: int | None


RULES: Final[dict[str, Rule]] = {
'''

_TYPESCRIPT = """
import type { CoercionRule } from "./types.js";

/** What one type accepts; `pattern` is to be matched against the whole text. */
export type Rule = Readonly<
  Pick<CoercionRule, "json" | "pattern" | "minimum" | "maximum" | "max_digits">
>;

/** What each type of context parameter accepts (SPEC.md, section 5.3). */
export const RULES: Readonly<Record<CoercionRule["type"], Rule>> = {
"""


def python(rules: list[dict[str, Any]]) -> dict[str, str]:
    """Return the Python module (file name -> text)."""
    lines = [
        f"{json.dumps(rule['type'])}: Rule(json={tuple(rule['json'])!r},"
        + ",".join(f"{name}={rule.get(name, absent)!r}" for name, absent in _FIELDS.items())
        + "),\n"
        for rule in rules
    ]
    text = python_models.header(_SOURCE) + _PYTHON + "".join(lines) + "}\n"
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "coercion.py")
        path.write_text(text, encoding="utf-8")
        python_models.tidy(Path(scratch))
        return {path.name: path.read_text(encoding="utf-8")}


def typescript(rules: list[dict[str, Any]]) -> dict[str, str]:
    """Return the TypeScript module (file name -> text)."""
    lines = []
    for rule in rules:
        members = {name: rule[name] for name in ("json", *_FIELDS) if name in rule}
        body = "".join(
            f"    {name}: {json.dumps(value, ensure_ascii=False)},\n"
            for name, value in members.items()
        )
        lines.append(f"  {rule['type']}: {{\n{body}  }},\n")
    text = typescript_header(_SOURCE) + _TYPESCRIPT + "".join(lines) + "};\n"
    return {"coercion.ts": text}
