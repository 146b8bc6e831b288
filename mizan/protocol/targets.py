"""Targets, what is stale, and their sets (SPEC.md, section 7.1; the notation is section 8.1).

Invariant: two targets are the same exactly when their serialised texts are, whatever JSON types
their values have; sets are worked out on these texts, in which `/` and `;` only ever begin a part.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import combinations, groupby
from typing import NamedTuple

from mizan.errors import DocumentError, show
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.url import percent_encode
from mizan.protocol.values import JsonValue

SEGMENT = "[a-z][a-z0-9_]*+"
NAME = rf"(?![a-z0-9_.]{{65}}){SEGMENT}(?:\.{SEGMENT})*"  # MZ-NAM-001
PARAMETER_NAME = r"(?![a-z0-9_]{65})[a-z][a-z0-9_]*+"  # MZ-NAM-002
INTEGER = "(?:0|-?[1-9][0-9]{0,14}+)"  # MZ-HDR-002
_LONG_INTEGER = 10**15

is_name = re.compile(NAME).fullmatch
is_parameter_name = re.compile(PARAMETER_NAME).fullmatch
# What needs no encoding; the group holds what is an Integer or a Token, the rest is a String.
_plain_value = re.compile(rf"({INTEGER}|[A-Za-z][A-Za-z0-9._~-]*+)|[A-Za-z0-9._~-]*+").fullmatch
_parts_of = re.compile("[/;][^/;]*+").findall

_MANY_PARTS = 4  # a function and three scope parameters; up to here, every smaller text is tried

# Declared names come again and again, and looking one up is faster than reading it.
_known_name = lru_cache(maxsize=1024)(is_name)
_known_parameter_name = lru_cache(maxsize=1024)(is_parameter_name)

Params = tuple[tuple[str, JsonValue], ...]
_Parts = tuple[str, list[str]]  # a serialised text, and what follows its context


class Target(NamedTuple):
    """What is stale: a context, or the part of it that shows some values or one function.

    ``params`` are (name, value) pairs sorted by name, each name once; a value is a string, number,
    boolean or list of these. ``function`` names one reading function of the context, or is None.
    ``==`` compares values as Python does; `serialise` and `covers` go by canonical string.
    """

    context: str
    params: Params = ()
    function: str | None = None


class Instance(NamedTuple):
    """A context with its effective parameters (section 6.2), as sorted pairs like a target's."""

    context: str
    params: Params = ()


EVERYTHING = Target("*")
"""The target that covers all others."""


def target_from_json(value: object, pointer: str = "") -> Target:
    """Return the target of a JSON value: ``"*"``, a context's name, or an object (section 7.1).

    Members that are not known are ignored. Anything else raises DocumentError
    (``document.invalid``), whose pointer is below `pointer`.
    """
    if isinstance(value, str):
        return EVERYTHING if value == "*" else Target(_name(value, pointer))
    if not isinstance(value, Mapping):
        raise _invalid('a target: "*", the name of a context, or an object', value, pointer)
    context = _name(value.get("context"), f"{pointer}/context")
    params = _params(value.get("params", {}), f"{pointer}/params")
    if "function" not in value:
        return Target(context, params)
    return Target(context, params, _name(value["function"], f"{pointer}/function"))


def target_to_json(target: Target) -> JsonValue:
    """Return the JSON value of a target; one without function and parameters is a string."""
    if not target.params and target.function is None:
        return target.context
    value: dict[str, JsonValue] = {"context": target.context}
    if target.function is not None:
        value["function"] = target.function
    if target.params:
        value["params"] = dict(target.params)
    return value


def target_text(target: Target) -> str:
    """Return the canonical text of a target's JSON value. Raises JsonError for a value without.

    Names of both kinds are written as they are, and sorted already.
    """
    context, params, function = target
    text = f'"{context}"'
    if not params and function is None:
        return text
    if function is not None:
        text += f',"function":"{function}"'
    if params:
        members = []
        for name, value in params:
            if type(value) is not int or not -_LONG_INTEGER < value < _LONG_INTEGER:
                value = canonical_json(value)
            members.append(f'"{name}":{value}')
        text += f',"params":{{{",".join(members)}}}'
    return f'{{"context":{text}}}'


def instance_from_json(value: object, pointer: str = "") -> Instance:
    """Return the instance of ``{"context", "params"}``; errors as `target_from_json`."""
    if not isinstance(value, Mapping):
        raise _invalid("an instance: an object with context and params", value, pointer)
    context = _name(value.get("context"), f"{pointer}/context")
    return Instance(context, _params(value.get("params"), f"{pointer}/params"))


def instance_to_json(instance: Instance) -> dict[str, JsonValue]:
    """Return ``{"context", "params"}`` for an instance."""
    return {"context": instance.context, "params": dict(instance.params)}


def serialise(target: Target) -> str:
    """Return the target as a member of `X-Mizan-Invalidate` (section 8.1), nothing dropped.

    A target that no writer may write (a wrong name, parameters out of order or twice, a value that
    is null or an object) raises DocumentError; a value that has no canonical string, JsonError.
    """
    context, params, function = target
    if context == "*" and not params and function is None:
        return "*"
    text = _name(context, "/context")
    if function is not None:
        text += "/" + _name(function, "/function")
    before = ""
    for name, value in params:
        if not _known_parameter_name(name) or name <= before:
            raise _invalid(
                f"parameter names in order, each once, after {before!r}", name, "/params"
            )
        before = name
        if type(value) is int and -_LONG_INTEGER < value < _LONG_INTEGER:
            text += f";{name}={value}"
            continue
        # Most values are such strings, which are their own canonical strings.
        if type(value) is not str or not value.isascii():
            value = canonical_string(_value(value, f"/params/{name}"))
        text += f";{name}={field_value(value)}"
    return text


def field_value(text: str) -> str:
    """Return a canonical string as an Integer, Token or String (MZ-HDR-002 and 003)."""
    plain = _plain_value(text)
    if plain is not None:
        return text if plain.lastindex else f'"{text}"'
    encoded = percent_encode(text)
    return encoded if encoded[0].isalpha() else f'"{encoded}"'


def matches(target: Target, instance: Instance) -> bool:
    """Tell whether the target makes the instance stale (MZ-TGT-005)."""
    if target.context != instance.context:
        return target.context == "*"
    values = dict(instance.params)
    return all(
        canonical_string(value) == canonical_string(values[name])
        for name, value in target.params
        if name in values
    )


def canonical_set(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Return the targets that no other covers, the first of equal ones, in order.

    What a target covers is stale by it already (MZ-TGT-002 and 003).
    """
    by_text: dict[str, Target] = {}
    for target in targets:
        by_text.setdefault(serialise(target), target)
    return tuple(by_text[text] for text in uncovered(by_text))


def uncovered(targets: Mapping[str, Target]) -> list[str]:
    """Return those of the serialised texts that no other covers, sorted.

    `targets` maps each text to its target, of which the context alone is looked at. A text is
    covered when another of its context has some of its parts and no other part.
    """
    if len(targets) == 1:
        return [*targets]
    if "*" in targets:
        return ["*"]
    ordered = sorted(targets)
    broad = {text for text in ordered if ";" not in text and "/" not in text}
    gone: set[str] = set()
    if broad:
        gone.update(text for text in ordered if targets[text][0] in broad and text not in broad)
    crowded = _sift(targets, ordered, gone)
    if crowded:
        groups: dict[str, list[_Parts]] = {context: [] for context in crowded}
        for text in ordered:
            if targets[text][0] in crowded and text not in gone:
                groups[targets[text][0]].append((text, _parts_of(text)))
        for members in groups.values():
            gone.update(_covered(members))
    return [text for text in ordered if text not in gone] if gone else ordered


def _sift(targets: Mapping[str, Target], ordered: list[str], gone: set[str]) -> set[str]:
    """Add to `gone` each text of a few parts that one with fewer of them covers.

    Return the contexts that have texts of more parts, where trying all would take too long.
    """
    crowded: set[str] = set()
    for text in ordered:
        if text in gone or (text.count(";") < 2 and "/" not in text):
            continue  # covered already, or one part, which only the context's name covers
        context = targets[text][0]
        head, _, last = text.rpartition(";")
        if head and (head in targets or f"{context};{last}" in targets):
            gone.add(text)
        elif head.count(";") + head.count("/") > 1:  # three parts or more
            parts = _parts_of(text)
            if len(parts) > _MANY_PARTS:
                crowded.add(context)
            elif _has_smaller(targets, context, parts):
                gone.add(text)
    return crowded


def _has_smaller(texts: Container[str], context: str, parts: list[str]) -> bool:
    """Tell whether the context with some of the parts, not all, is among the texts."""
    return any(
        context + "".join(some) in texts
        for size in range(1, len(parts))
        for some in combinations(parts, size)
    )


def _covered(members: list[_Parts]) -> Iterator[str]:
    """Yield the members (text, parts), of one context and all different, that others cover.

    Each is filed under its rarest part alone, and looked for under every part: few meet, even
    where an attacker chose them.
    """
    count = Counter(part for _, parts in members for part in parts)
    filed: dict[str, list[frozenset[str]]] = {}
    for _, peers in groupby(sorted(members, key=_size), key=_size):
        fresh = []
        for text, parts in peers:
            whole = frozenset(parts)
            if any(smaller <= whole for part in parts for smaller in filed.get(part, ())):
                yield text
            else:
                fresh.append((min(parts, key=count.__getitem__), whole))
        for part, whole in fresh:  # only now: members of one size never cover one another
            filed.setdefault(part, []).append(whole)


def _size(member: _Parts) -> int:
    return len(member[1])


def _name(value: object, pointer: str) -> str:
    if not isinstance(value, str) or not _known_name(value):
        what = "a name: segments [a-z][a-z0-9_]* joined by dots, at most 64 characters"
        raise _invalid(what, value, pointer)
    return value


def _params(value: object, pointer: str) -> Params:
    if not isinstance(value, Mapping):
        raise _invalid("an object with parameter names and values", value, pointer)
    for name in value:
        if not isinstance(name, str) or not is_parameter_name(name):
            what = "a parameter name: [a-z][a-z0-9_]*, at most 64 characters"
            raise _invalid(what, name, pointer)
    return tuple((name, _value(value[name], f"{pointer}/{name}")) for name in sorted(value))


def _value(value: JsonValue, pointer: str) -> JsonValue:
    """Return a value that MZ-TGT-001 allows."""
    if isinstance(value, (str, int, float)):
        return value
    if isinstance(value, (list, tuple)) and all(
        isinstance(item, (str, int, float)) for item in value
    ):
        return value
    raise _invalid("a string, number, boolean or array of these", value, pointer)


def _invalid(expected: str, value: object, pointer: str) -> DocumentError:
    return DocumentError(
        "document.invalid", f"Expected {expected}; got {show(value)}.", pointer=pointer
    )
