"""What must hold for an answer whatever the input was (SPEC.md, section 8).

Invariant: a law is checked on the first side's answer alone, so it catches what both have wrong.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from mizan.protocol import header
from mizan.protocol.canonical import canonical_json
from mizan.protocol.targets import Target, canonical_set, target_from_json, target_to_json
from mizan_conformance.channel import Fault
from mizan_conformance.messages import Answer

from .mutate import Case


def broken(case: Case, answer: Answer | Fault) -> str | None:
    """Say which law an answer breaks, or None."""
    law = _LAWS.get(case.op)
    if law is None or isinstance(answer, Fault) or answer.ok is None:
        return None
    return law(answer.ok)


def _field(ok: Mapping[str, Any]) -> str | None:
    """What is written reads as itself, and is a List to an independent parser (MZ-HDR-015)."""
    field: str = ok["field"]
    again = header.format(header.parse(field), max(len(field), 1))
    if again != field:
        return f"{field!r} was written; it is read, and written as {again!r}"
    return _refused_elsewhere(field)


def _refused_elsewhere(field: str) -> str | None:
    import http_sf  # the command says what to install

    try:
        members = http_sf.parse(field.encode("ascii"), tltype="list")
    except ValueError as error:
        return f"{field!r} was written, which http-sf refuses: {error}"
    written = len(field.split(", ")) if field else 0
    if isinstance(members, list) and len(members) == written:
        return None
    return f"{written} members were written in {field!r}; http-sf reads {members!r}"


def _set(ok: Mapping[str, Any]) -> str | None:
    """A canonical set is its own canonical set (MZ-TGT-001)."""
    targets: list[Target] = [target_from_json(each) for each in ok["targets"]]
    again = [target_to_json(each) for each in canonical_set(targets)]
    return None if again == ok["targets"] else f"it is no canonical set; that would be {again!r}"


def _text(ok: Mapping[str, Any]) -> str | None:
    """A canonical text is the canonical text of its value (MZ-JCS-001)."""
    again = canonical_json(json.loads(ok["text"], parse_int=float))
    return None if again == ok["text"] else f"it is no canonical text; that would be {again!r}"


_LAWS: Final[Mapping[str, Callable[[Mapping[str, Any]], str | None]]] = {
    "header.format": _field,
    "header.parse": _set,
    "targets.canonical": _set,
    "mutation.targets": _set,
    "jcs": _text,
}
