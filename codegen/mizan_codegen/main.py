"""Which generator makes which folder, and the command that runs them.

Invariant: with `check` nothing is written, and the outcome is 0 only if writing would change
nothing.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from mizan_codegen import coercion, python, schemas, typescript, write

ROOT = Path(__file__).resolve().parents[2]
MODELS = "mizan/models"
TYPES = "packages/protocol/src/generated"
CODES = "packages/runtime/src/generated"

_USAGE = "usage: python -m mizan_codegen models [--check]"


def main(argv: Sequence[str]) -> int:
    """Run the command with these arguments; return 0, 1 (out of date) or 2 (wrong call)."""
    if list(argv) in (["-h"], ["--help"]):
        print(_USAGE)  # noqa: T201 - the program's output
        return 0
    if not argv or argv[0] != "models" or argv[1:] not in ([], ["--check"]):
        print(_USAGE, file=sys.stderr)  # noqa: T201 - the program's output
        return 2
    return models(check=len(argv) > 1)


def models(check: bool = False, root: Path = ROOT) -> int:
    """Write `mizan/models` and the TypeScript types below `root` from its `schema/v1`.

    With `check` nothing is written: the differences go to standard output, and 1 is returned if
    there are any. Returns 0 otherwise, 2 where `root` is no checkout of the project or a tool is
    missing.
    """
    try:
        documents = schemas.load(root / schemas.FOLDER)
        rules = schemas.load_coercion(root / schemas.FOLDER)
        trees = {
            root / MODELS: python.generate(documents) | coercion.python(rules),
            root / TYPES: typescript.generate(documents, root) | coercion.typescript(rules),
            root / CODES: typescript.codes(documents),
        }
    except schemas.CodegenError as error:
        print(f"mizan codegen: {error}", file=sys.stderr)  # noqa: T201 - the program's output
        return 2
    return write.write(trees, root, check=check)
