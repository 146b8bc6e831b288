"""Breaking changes between two versions of a schema or client schema (SPEC.md, MZ-DOC-003).

Invariant: a change is reported if some document that was fine before is not fine after. What a
reader takes in may only widen; what a writer gives out may only narrow, members added apart.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any] | bool
_ANY_TYPE = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_JSON_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}

# keyword -> whether the greater value is the tighter one
_BOUNDS = {
    "minimum": True,
    "exclusiveMinimum": True,
    "minLength": True,
    "minItems": True,
    "minProperties": True,
    "maximum": False,
    "exclusiveMaximum": False,
    "maxLength": False,
    "maxItems": False,
    "maxProperties": False,
}


@dataclass(frozen=True, slots=True)
class Change:
    """A breaking change: the file (empty for a single one), the JSON Pointer, and a sentence."""

    file: str
    pointer: str
    message: str

    def __str__(self) -> str:
        """Return the line that people read."""
        return f"{self.file}#{self.pointer}: {self.message}"


def compare_schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Name each breaking change between two sets of schemas (file name -> schema).

    A change breaks if a document that the old schema accepts may be refused by the new one.
    """
    changes: list[Change] = []
    for file, schema in old.items():
        if file not in new:
            changes.append(Change(file, "", "the schema was removed."))
            continue
        comparison = _Comparison(old, new, reads=True)
        changes.extend(
            Change(file, pointer, message)
            for pointer, message in comparison.narrowed((file, schema), (file, new[file]), "")
        )
        removed = sorted(set(schema.get("$defs", ())) - set(new[file].get("$defs", ())))
        changes.extend(
            Change(file, f"/$defs/{name}", "the definition was removed.") for name in removed
        )
    return changes


def compare_client_schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Name each change between two client schemas that breaks a client made from the old one."""
    return [Change("", pointer, message) for pointer, message in _client_changes(old, new)]


def _client_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    reads = _Comparison({"": old}, {"": new}, reads=True)
    writes = _Comparison({"": new}, {"": old}, reads=False)
    for name, before in old["functions"].items():
        at = f"/functions/{escape(name)}"
        after = new["functions"].get(name)
        if after is None:
            yield at, "the function was removed."
            continue
        yield from reads.narrowed(
            ("", before.get("input", True)), ("", after.get("input", True)), f"{at}/input"
        )
        yield from writes.narrowed(
            ("", after.get("output", True)), ("", before.get("output", True)), f"{at}/output"
        )
    for name, before in old.get("contexts", {}).items():
        at = f"/contexts/{escape(name)}"
        after = new.get("contexts", {}).get(name)
        if after is None:
            yield at, "the context was removed."
        else:
            yield from _context_changes(before, after, at)


def _context_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], at: str
) -> Iterator[tuple[str, str]]:
    for function in before["functions"]:
        if function not in after["functions"]:
            yield f"{at}/functions", f"{function} is no longer part of the context."
    old = {each["name"]: each for each in before["parameters"]}
    new = {each["name"]: each for each in after["parameters"]}
    for name, parameter in old.items():
        if name not in new:
            yield f"{at}/parameters/{name}", "the parameter was removed."
        elif parameter["type"] != new[name]["type"]:
            yield f"{at}/parameters/{name}", "the type of the parameter changed."
        elif parameter.get("nullable", False) and not new[name].get("nullable", False):
            yield f"{at}/parameters/{name}", "null is no longer accepted."
        elif new[name]["required"] and not parameter["required"]:
            yield f"{at}/parameters/{name}", "the parameter became required."
    for name in new.keys() - old.keys():
        if new[name]["required"]:
            yield f"{at}/parameters/{name}", "a required parameter was added."


def escape(name: str) -> str:
    """Return a member name as a JSON Pointer token (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


class _Comparison:
    """Finds where `new` refuses what `old` accepts; follows references, each pair once.

    `reads` false compares outputs, with the two sides exchanged by the caller: there a member that
    only one side has is no break, for readers ignore what they do not know (MZ-DOC-002).
    """

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any], *, reads: bool) -> None:
        self._files = (old, new)
        self._reads = reads
        self._seen: set[tuple[str, str]] = set()

    def narrowed(
        self, old: tuple[str, Schema], new: tuple[str, Schema], at: str
    ) -> Iterator[tuple[str, str]]:
        """Yield (pointer, sentence) for each place where the new schema accepts less."""
        pair = (self._name(old), self._name(new))
        if pair[0] and pair[1]:
            if pair in self._seen:
                return
            self._seen.add(pair)
        (old_file, before), (new_file, after) = self._follow(old, 0), self._follow(new, 1)
        if after is True or before is False or after == {}:
            return
        if after is False or before is True:
            yield (
                at,
                self._say("everything was accepted, and now not everything is", "less is promised"),
            )
            return
        assert isinstance(before, Mapping)  # noqa: S101 (for the type checker)
        if len(_alternatives(before)) > 1 or len(_alternatives(after)) > 1:
            yield from self._branches((old_file, before), (new_file, after), at)
            return
        yield from self._types(before, after, at)
        yield from self._bounds(before, after, at)
        yield from self._objects((old_file, before), (new_file, after), at)

    def _name(self, side: tuple[str, Schema]) -> str:
        file, schema = side
        return (
            f"{file}|{schema['$ref']}" if isinstance(schema, Mapping) and "$ref" in schema else ""
        )

    def _follow(self, side: tuple[str, Schema], which: int) -> tuple[str, Schema]:
        file, schema = side
        while isinstance(schema, Mapping) and "$ref" in schema:
            name, _, pointer = schema["$ref"].partition("#")
            file = name or file
            schema = self._files[which].get(file, True)
            for token in pointer.split("/")[1:]:
                assert isinstance(schema, Mapping)  # noqa: S101 (for the type checker)
                schema = schema.get(token.replace("~1", "/").replace("~0", "~"), True)
        return file, schema

    def _say(self, reading: str, writing: str) -> str:
        return f"{reading}." if self._reads else f"{writing}."

    def _types(
        self, old: Mapping[str, Any], new: Mapping[str, Any], at: str
    ) -> Iterator[tuple[str, str]]:
        lost = sorted(
            _types_of(old) - _types_of(new) - ({"integer"} if "number" in _types_of(new) else set())
        )
        if lost:
            names = ", ".join(lost)
            yield at, self._say(f"{names} is no longer accepted", f"{names} may now come out")
        before, after = _values(old), _values(new)
        if after is not None:
            gone = sorted(map(repr, before - after)) if before is not None else []
            if before is None:
                yield (
                    at,
                    self._say(
                        "only listed values are accepted now",
                        "values outside the list may now come out",
                    ),
                )
            elif gone:
                names = ", ".join(gone)
                yield (
                    at,
                    self._say(
                        f"the value {names} is no longer accepted",
                        f"the value {names} may now come out",
                    ),
                )
        if "pattern" in new and new["pattern"] != old.get("pattern") and before is None:
            yield at, self._say(f"the pattern changed to {new['pattern']}", "the pattern changed")

    def _bounds(
        self, old: Mapping[str, Any], new: Mapping[str, Any], at: str
    ) -> Iterator[tuple[str, str]]:
        for keyword, greater_is_tighter in _BOUNDS.items():
            if keyword not in new:
                continue
            before, after = old.get(keyword), new[keyword]
            if before is None or (after > before if greater_is_tighter else after < before):
                yield (
                    at,
                    self._say(
                        f"{keyword} was tightened to {after}",
                        f"{keyword} was loosened from {after}",
                    ),
                )

    def _objects(
        self, old: tuple[str, Mapping[str, Any]], new: tuple[str, Mapping[str, Any]], at: str
    ) -> Iterator[tuple[str, str]]:
        (old_file, before), (new_file, after) = old, new
        for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
            yield (
                f"{at}/{escape(name)}",
                self._say("the member became required", "the member may now be absent"),
            )
        mine, theirs = before.get("properties", {}), after.get("properties", {})
        rest = after.get("additionalProperties", True)
        for name, schema in mine.items():
            if name in theirs or rest is not False:
                target = theirs.get(name, rest)
                yield from self.narrowed(
                    (old_file, schema), (new_file, target), f"{at}/{escape(name)}"
                )
            elif self._reads:
                yield f"{at}/{escape(name)}", "the member was removed."
        if (
            self._reads
            and rest is False
            and before.get("additionalProperties", True) is not False
            and "object" in _types_of(before)
        ):
            yield at, "members that are not listed are no longer accepted."
        for keyword in ("items", "additionalProperties", "propertyNames"):
            if isinstance(before.get(keyword), Mapping) and isinstance(after.get(keyword), Mapping):
                yield from self.narrowed(
                    (old_file, before[keyword]), (new_file, after[keyword]), f"{at}/{keyword}"
                )

    def _branches(
        self, old: tuple[str, Mapping[str, Any]], new: tuple[str, Mapping[str, Any]], at: str
    ) -> Iterator[tuple[str, str]]:
        (old_file, before), (new_file, after) = old, new
        others: list[tuple[str, Schema]] = [(new_file, each) for each in _alternatives(after)]
        for number, branch in enumerate(_alternatives(before)):
            if not self._fits((old_file, branch), others):
                yield (
                    f"{at}/anyOf/{number}",
                    self._say("no alternative accepts this any more", "an alternative was added"),
                )

    def _fits(self, branch: tuple[str, Schema], others: list[tuple[str, Schema]]) -> bool:
        """Whether some alternative accepts all that the branch accepts."""
        for other in others:
            inner = _Comparison(*self._files, reads=self._reads)
            inner._seen = set(self._seen)
            if next(inner.narrowed(branch, other, ""), None) is None:
                return True
        return False


def _types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    named = schema.get("type")
    if named is not None:
        return frozenset([named] if isinstance(named, str) else named)
    values = _values(schema)
    return _ANY_TYPE if values is None else frozenset(_JSON_TYPES[type(each)] for each in values)


def _values(schema: Mapping[str, Any]) -> frozenset[Any] | None:
    if "const" in schema:
        return frozenset([schema["const"]])
    return frozenset(schema["enum"]) if "enum" in schema else None


def _alternatives(schema: Mapping[str, Any]) -> list[Schema]:
    """Return the branches of anyOf or oneOf (the dialect's unions stand alone), else the schema."""
    branches: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return branches
