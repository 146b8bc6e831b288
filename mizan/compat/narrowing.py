"""Where one JSON Schema (2020-12) accepts less than another.

Invariant: if no place is found, the new schema accepts whatever the old one does, members that are
added apart. A keyword that is not understood here counts as tighter where it is new or differs.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from mizan.compat.forms import (
    ANY_TYPE,
    BOUNDS,
    CHILDREN,
    OBJECT,
    STRING,
    UNIONS,
)
from mizan.compat.references import Schema, Side, follow, identity, name_of, resolve, text_of
from mizan.pointer import step

Change = tuple[str, str]  # a place, and a sentence

_JSON_TYPES = {
    bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null",
    list: "array", dict: "object",
}  # fmt: skip

_CHANGED = {"$ref": "what the reference leads to is not known."}
_UNDERSTOOD = {"type", "const", "enum", "pattern", "required", "properties", "allOf"}
_UNDERSTOOD |= {*BOUNDS, *CHILDREN, *UNIONS}


class Comparison:
    """Finds where `new` refuses what `old` accepts; follows references, each pair once.

    `reads` false compares what is given out, with the two sides exchanged by the caller: there a
    member that only one side has is no break, for readers ignore what they do not know
    (MZ-DOC-002). `apart` are the definitions (file, pointer) that the caller compares by
    `definition`, so that a change in one is named once, where it stands.
    """

    def __init__(
        self,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        *,
        reads: bool,
        apart: Collection[tuple[str, str]] = (),
    ) -> None:
        self._files = (old, new)
        self._reads = reads
        self._apart = apart
        self._seen: set[tuple[tuple[str, str], tuple[str, str]]] = set()
        self._failed: set[tuple[tuple[str, str], tuple[str, str]]] = set()
        self._trying = False

    def definition(self, file: str, pointer: str) -> Iterator[Change]:
        """Yield as `narrowed` for a definition that both sides have."""
        sides = [Side(file, resolve(files[file], pointer)) for files in self._files]
        yield from self.narrowed(sides[0], sides[1], pointer)

    def narrowed(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        """Yield (place, sentence) for each place where the new schema accepts less."""
        if not (name_of(old) or name_of(new)):
            yield from self._followed(old, new, at)
            return
        names = (identity(old), identity(new))
        if self._trying and names in self._failed:
            yield at, ""
        elif names not in self._seen and not self._is_apart(*names):
            self._seen.add(names)
            for change in self._followed(old, new, at):
                self._failed.add(names)
                yield change

    def _followed(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        yield from self._compare(follow(old, self._files[0]), follow(new, self._files[1]), at)

    def _is_apart(self, old: tuple[str, str], new: tuple[str, str]) -> bool:
        return old == new and old in self._apart

    def _say(self, reading: str, writing: str) -> str:
        return f"{reading}." if self._reads else f"{writing}."

    def _compare(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        before, after = old.schema, new.schema
        if after is True or before is False:
            return
        if isinstance(before, bool) or isinstance(after, bool):
            everything = "everything was accepted, and now not everything is"
            nothing = "nothing is accepted any more"
            yield at, self._say(nothing if after is False else everything, "less is promised")
            return
        if _union(before) or _union(after):
            yield from self._branches(old, new, at)
            return
        yield from self._own(before, after, at)
        yield from self._members(old, new, at)
        yield from self._all_of(old, new, at)

    def _own(self, old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> Iterator[Change]:
        """Compare what the keywords say of the value itself."""
        types = _types_of(old)
        lost = types - _types_of(new)
        if "number" in _types_of(new):
            lost -= {"integer"}
        if lost:
            names = ", ".join(sorted(lost))
            yield at, self._say(f"{names} is no longer accepted", f"{names} may now come out")
        yield from self._listed(_values(old), _values(new), at)
        for keyword, (greater, about, default) in BOUNDS.items():
            limit, was = new.get(keyword, default), old.get(keyword, default)
            if limit == was or limit is None or not types & about:
                continue
            if was is None or (limit > was if greater else limit < was):
                tighter = f"{keyword} was tightened to {limit}"
                yield at, self._say(tighter, f"{keyword} was loosened from {limit}")
        if STRING & types and "pattern" in new and new["pattern"] != old.get("pattern"):
            yield at, self._say(f"the pattern changed to {new['pattern']}", "the pattern changed")
        for keyword in sorted(new.keys() - _UNDERSTOOD):
            if keyword not in old or text_of(old[keyword]) != text_of(new[keyword]):
                yield at, _CHANGED.get(keyword, f"{keyword} changed.")

    def _listed(
        self, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, at: str
    ) -> Iterator[Change]:
        if new is None:
            return
        if old is None:
            out = "values outside the list may now come out"
            yield at, self._say("only listed values are accepted now", out)
        elif gone := ", ".join(sorted(old.keys() - new.keys())):
            yield (
                at,
                self._say(
                    f"the value {gone} is no longer accepted", f"the value {gone} may now come out"
                ),
            )

    def _members(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        """Compare what the schemas say of members and items."""
        before, after = old.schema, new.schema
        assert isinstance(before, Mapping)  # noqa: S101 (the caller looked)
        assert isinstance(after, Mapping)  # noqa: S101 (the caller looked)
        types = _types_of(before)
        if OBJECT & types:
            yield from self._properties(old, new, at)
        for keyword, about in CHILDREN.items():
            was, now = before.get(keyword, True), after.get(keyword, True)
            if not about & types or (keyword == "additionalProperties" and now is False):
                continue
            here = f"{at}/{keyword}"
            yield from self.narrowed(Side(old.file, was), Side(new.file, now), here)

    def _properties(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        before, after = old.schema, new.schema
        assert isinstance(before, Mapping)  # noqa: S101 (the caller looked)
        assert isinstance(after, Mapping)  # noqa: S101 (the caller looked)
        for name in sorted(set(after.get("required", ())) - set(before.get("required", ()))):
            needed = self._say("the member became required", "the member may now be absent")
            yield f"{at}{step(name)}", needed
        mine, theirs = before.get("properties", {}), after.get("properties", {})
        rest = after.get("additionalProperties", True)
        for name in mine:
            place = f"{at}{step(name)}"
            if name in theirs or rest is not False:
                other = Side(new.file, theirs.get(name, rest))
                yield from self.narrowed(Side(old.file, mine[name]), other, place)
            elif self._reads:
                yield place, "the member was removed."
        # Of members that a schema holds all alike, one that is now held by itself is not added.
        each = before.get("additionalProperties", True)
        for name in sorted(theirs.keys() - mine.keys()) if each is not True else ():
            other = Side(new.file, theirs[name])
            yield from self.narrowed(Side(old.file, each), other, f"{at}{step(name)}")
        if self._reads and rest is False and each is not False:
            yield at, "members that are not listed are no longer accepted."

    def _branches(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        (mine, rest), (theirs, new_rest) = _alternatives(old), _alternatives(new)
        union = _union(old.schema)
        for number, branch in enumerate(mine):
            if not all(self._fits(piece, theirs) for piece in _pieces(branch)):
                none = "no alternative accepts this any more"
                place = f"{at}/{union}/{number}" if union else at
                yield place, self._say(none, "an alternative was added")
        if _union(new.schema):
            yield from self._compare(rest, new_rest, at)

    def _all_of(self, old: Side, new: Side, at: str) -> Iterator[Change]:
        """Each schema of the new `allOf` has to take what the old schema, or one of its, takes."""
        parts = [old, *(Side(old.file, part) for part in _member(old.schema, "allOf", ()))]
        for number, part in enumerate(_member(new.schema, "allOf", ())):
            if not any(self._fits(each, [Side(new.file, part)]) for each in parts):
                yield f"{at}/allOf/{number}", self._say("less is accepted", "less is promised")

    def _fits(self, branch: Side, others: Sequence[Side]) -> bool:
        """Whether some alternative accepts all that the branch accepts.

        What is compared on the way is taken for right meanwhile, as recursive schemas need, and
        forgotten where the attempt fails.
        """
        seen, trying = set(self._seen), self._trying
        self._trying = True
        try:
            for other in others:
                if next(self.narrowed(branch, other, ""), None) is None:
                    return True
                self._seen = set(seen)
            return False
        finally:
            self._trying = trying


def _member(value: Any, name: str, default: Any) -> Any:
    return value.get(name, default) if isinstance(value, dict) else default


def _types_of(schema: Mapping[str, Any]) -> frozenset[str]:
    named = schema.get("type")
    if named is not None:
        return frozenset([named] if isinstance(named, str) else named)
    values = _values(schema)
    if values is None:
        return ANY_TYPE
    return frozenset(_JSON_TYPES[type(value)] for value in values.values())


def _values(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the only values that a schema accepts, by their text, or None."""
    listed = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if listed is None else {text_of(value): value for value in listed}


def _union(schema: Schema) -> str:
    return next((keyword for keyword in UNIONS if _member(schema, keyword, None)), "")


def _alternatives(side: Side) -> tuple[list[Side], Side]:
    """Return the branches of a union, and what stands beside it; what is none is its one branch."""
    file, schema = side
    union = _union(schema)
    if isinstance(schema, bool) or not union:
        return [side], side
    rest = {key: value for key, value in schema.items() if key != union}
    return [Side(file, branch) for branch in schema[union]], Side(file, rest or True)


def _pieces(side: Side) -> list[Side]:
    """Return schemas that accept together what one does: each listed value or type by itself."""
    file, schema = side
    if isinstance(schema, bool):
        return [side]
    keyword = "enum" if "enum" in schema else "type"
    if not isinstance(schema.get(keyword), list):
        return [side]
    return [Side(file, {**schema, keyword: [each]}) for each in schema[keyword]]
