"""Breaking changes between two versions of a schema or client schema (SPEC.md, MZ-DOC-003).

Invariant: a change is reported if some document that was fine before is not fine after. What a
reader takes in may only widen; what a writer gives out may only narrow, members added apart. Where
that cannot be told from the schemas, a change is reported.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mizan.compat.forms import check_schema
from mizan.compat.narrowing import Comparison
from mizan.compat.references import Side
from mizan.pointer import step


@dataclass(frozen=True, slots=True)
class Change:
    """A breaking change: the file (empty for a single one), the place, and a sentence.

    The place is a JSON Pointer through the documents' members: `/tags/items`, or `/$defs/Name/…`
    for what a definition holds.
    """

    file: str
    pointer: str
    message: str

    def __str__(self) -> str:
        """Return the line that people read."""
        return f"{self.file}#{self.pointer}: {self.message}"


def compare_schemas(
    old: Mapping[str, Any], new: Mapping[str, Any], only: Collection[str] | None = None
) -> list[Change]:
    """Name each breaking change between two sets of schemas (file name -> schema).

    A change breaks if a document that the old schema accepts may be refused by the new one. `only`
    names the files to compare; the others are there to be referred to. Raises SchemaError for what
    is no JSON Schema.
    """
    for schemas in (old, new):
        for file, schema in schemas.items():
            check_schema(schema, f"{file}#")
    wanted = [file for file in old if only is None or file in only]
    names = {file: list(old[file].get("$defs", ())) for file in wanted}
    both = {
        (file, f"/$defs{step(name)}")
        for file in wanted
        for name in names[file]
        if name in new.get(file, {}).get("$defs", ())
    }
    comparison = Comparison(old, new, reads=True, apart=both)
    changes: list[Change] = []
    for file in wanted:
        if file not in new:
            changes.append(Change(file, "", "the schema was removed."))
            continue
        found = list(comparison.narrowed(Side(file, old[file]), Side(file, new[file]), ""))
        for name in names[file]:
            at = f"/$defs{step(name)}"
            if (file, at) in both:
                found += comparison.definition(file, at)
            else:
                found.append((at, "the definition was removed."))
        changes += [Change(file, pointer, message) for pointer, message in found]
    return changes


def compare_client_schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Name each change between two client schemas that breaks a client made from the old one.

    Both are documents of the kind `client-schema`. Raises SchemaError where one holds what is no
    JSON Schema.
    """
    for document in (old, new):
        for name, schema in document.get("$defs", {}).items():
            check_schema(schema, f"#/$defs{step(name)}")
        for name, function in document["functions"].items():
            check_schema(function["input"], f"#/functions/{name}/input")
            check_schema(function["output"], f"#/functions/{name}/output")
    changes = [*_function_changes(old, new), *_context_changes(old, new)]
    return [Change("", pointer, message) for pointer, message in changes]


def _function_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    takes = Comparison({"": old}, {"": new}, reads=True)
    gives = Comparison({"": new}, {"": old}, reads=False)
    for name, before in old["functions"].items():
        at = f"/functions/{name}"
        after = new["functions"].get(name)
        if after is None:
            yield at, "the function was removed."
            continue
        for method in before["methods"]:
            if method not in after["methods"]:
                yield f"{at}/methods", f"{method} is no longer answered."
        yield from takes.narrowed(
            Side("", before["input"]), Side("", after["input"]), f"{at}/input"
        )
        yield from gives.narrowed(
            Side("", after["output"]), Side("", before["output"]), f"{at}/output"
        )


def _context_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, before in old["contexts"].items():
        at = f"/contexts/{name}"
        after = new["contexts"].get(name)
        if after is None:
            yield at, "the context was removed."
            continue
        for function in before["functions"]:
            if function not in after["functions"]:
                yield f"{at}/functions", f"{function} is no longer part of the context."
        yield from _parameter_changes(before["parameters"], after["parameters"], at)


def _parameter_changes(
    before: list[Mapping[str, Any]], after: list[Mapping[str, Any]], at: str
) -> Iterator[tuple[str, str]]:
    old = {each["name"]: each for each in before}
    new = {each["name"]: each for each in after}
    for name, parameter in old.items():
        place = f"{at}/parameters/{name}"
        if name not in new:
            yield place, "the parameter was removed."
            continue
        if not _takes_as_much(parameter["type"], new[name]["type"]):
            yield place, "the type of the parameter changed."
        if parameter.get("nullable", False) and not new[name].get("nullable", False):
            yield place, "null is no longer accepted."
        if new[name]["required"] and not parameter["required"]:
            yield place, "the parameter became required."
    for name in sorted(new.keys() - old.keys()):
        if new[name]["required"]:
            yield f"{at}/parameters/{name}", "a required parameter was added."


def _takes_as_much(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a type takes every value of another and reads it alike: equal, or more choices."""
    if old["type"] == new["type"] == "choice":
        return all(choice in new["choices"] for choice in old["choices"])
    if old["type"] == new["type"] == "list":
        return _takes_as_much(old["items"], new["items"])
    return old == new
