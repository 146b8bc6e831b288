"""The registry of requirements (`requirements/v1.json`), held to the text of SPEC.md (section 1).

Invariant: ids, levels and quotes are SPEC.md's own words; what covers a requirement is a vector, a
test that exists, or a reason why neither can.

    python -m mizan_conformance.requirements [--write]
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mizan.resources import requirements_dir

from .vectors import Vector, load_all

REGISTRY: Final = "v1.json"
OVER_HTTP: Final = "http"
"""The operation of cases that are played against a server."""
_ITEM: Final = re.compile(
    r"^- \*\*(?P<id>MZ-[A-Z]+-[0-9]{3})\*\* \[(?P<level>codec|edge|client|server)\] "
    r"(?P<text>.*(?:\n  .*)*)",
    re.MULTILINE,
)
_MENTION: Final = re.compile(r"\*\*(MZ-[^*]*)\*\*")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: its text in one line, and what holds it where no vector does."""

    id: str
    level: str
    quote: str
    tests: tuple[str, ...] = ()
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the registry's entry."""
        entry: dict[str, Any] = {"id": self.id, "level": self.level, "quote": self.quote}
        if self.tests:
            entry["tests"] = list(self.tests)
        if self.reason:
            entry["reason"] = self.reason
        return entry


def of_text(text: str) -> list[Requirement]:
    """Return the requirements of SPEC.md's text, in its order.

    Raises ValueError for an id that stands twice, or in a form that is not a requirement's.
    """
    found = [
        Requirement(item["id"], item["level"], " ".join(item["text"].split()))
        for item in _ITEM.finditer(text)
    ]
    ids = [requirement.id for requirement in found]
    if strange := [name for name in _MENTION.findall(text) if name not in ids]:
        raise ValueError(f"not in the form '- **MZ-ABC-001** [level] text': {', '.join(strange)}")
    if repeated := sorted({name for name in ids if ids.count(name) > 1}):
        raise ValueError(f"these ids stand twice: {', '.join(repeated)}")
    return found


def load(path: Path | None = None) -> list[Requirement]:
    """Read the registry."""
    document = json.loads((path or requirements_dir() / REGISTRY).read_text("utf-8"))
    return [
        Requirement(
            entry["id"],
            entry["level"],
            entry["quote"],
            tuple(entry.get("tests", ())),
            entry.get("reason"),
        )
        for entry in document["requirements"]
    ]


def merged(text: Iterable[Requirement], registry: Iterable[Requirement]) -> list[Requirement]:
    """Return the text's requirements with the tests and reasons that the registry has for them."""
    known = {entry.id: entry for entry in registry}
    return [
        Requirement(
            found.id, found.level, found.quote, known[found.id].tests, known[found.id].reason
        )
        if found.id in known
        else found
        for found in text
    ]


def dumped(requirements: Iterable[Requirement]) -> str:
    """Return the registry's text."""
    document = {
        "mizan": "1.0",
        "requirements": [requirement.as_json() for requirement in requirements],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def disagreements(text: Sequence[Requirement], registry: Sequence[Requirement]) -> Iterator[str]:
    """Yield a line for each place where text and registry do not say the same."""
    known = {entry.id: entry for entry in registry}
    for found in text:
        entry = known.pop(found.id, None)
        if entry is None:
            yield f"{found.id}: in SPEC.md, not in the registry"
        elif (entry.level, entry.quote) != (found.level, found.quote):
            yield f"{found.id}: level or quote differ from SPEC.md's"
    yield from (f"{name}: in the registry, not in SPEC.md" for name in known)


def uncovered(
    registry: Iterable[Requirement], vectors: Iterable[Vector], root: Path
) -> Iterator[str]:
    """Yield a line for each requirement that nothing holds, or whose entry is stale.

    ``vectors`` are those of `load_all` and `server_cases`. ``root`` is the repository: the tests
    that entries name (`path::function`) are looked up there.
    """
    found = list(vectors)
    for entry in registry:
        yield from _of_entry(entry, bool(cases_of(entry, found)))
        for test in entry.tests:
            path, _, name = test.partition("::")
            if not _has_test(root / path, name):
                yield f"{entry.id}: there is no test {test}"


def cases_of(entry: Requirement, vectors: Iterable[Vector]) -> tuple[str, ...]:
    """Return the ids of the cases that hold a requirement.

    What a server shows holds nothing of the codec level: a port of that has no server.
    """
    return tuple(
        each.id
        for each in vectors
        if entry.id in each.requirements and (each.op != OVER_HTTP or entry.level != "codec")
    )


def server_cases() -> list[Vector]:
    """Return the cases over HTTP (`mizan conformance http`) in the form of vectors."""
    from .http.run import all_cases
    from .http.run import vectors as of_cases

    return of_cases(all_cases())


def _of_entry(entry: Requirement, has_vector: bool) -> Iterator[str]:
    if entry.reason and (has_vector or entry.tests):
        yield f"{entry.id}: has a vector or a test, so its reason for none is stale"
    if not (has_vector or entry.tests or entry.reason):
        yield f"{entry.id}: no vector, no test and no reason why not"


def _has_test(path: Path, name: str) -> bool:
    if not path.is_file():
        return False
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        found = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        return any(node.name == name for node in found)
    # In another language a test is there if its title stands in quotes.
    return any(f"{quote}{name}{quote}" in text for quote in "\"'`")


def main(argv: Sequence[str] | None = None, root: Path | None = None) -> int:
    """Compare the registry with SPEC.md, or write it anew with `--write`. Returns 0, or 1."""
    arguments = sys.argv[1:] if argv is None else argv
    path = requirements_dir() / REGISTRY
    root = root or requirements_dir().parent.parent
    text = of_text((root / "SPEC.md").read_text("utf-8"))
    if "--write" in arguments:
        registry = merged(text, load(path) if path.is_file() else ())
        path.write_text(dumped(registry), "utf-8")
    registry = load(path)
    found = [
        *disagreements(text, registry),
        *uncovered(registry, [*load_all(), *server_cases()], root),
    ]
    sys.stdout.writelines(f"{line}\n" for line in found or _summary(registry))
    return 1 if found else 0


def _summary(registry: Sequence[Requirement]) -> Iterator[str]:
    yield f"{len(registry)} requirements: each has a vector, a test or a reason"
    for level in dict.fromkeys(entry.level for entry in registry):
        yield f"  {level}: {sum(entry.level == level for entry in registry)}"


if __name__ == "__main__":
    sys.exit(main())
