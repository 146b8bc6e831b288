"""What was found, as a case of the suite over HTTP, and the folder where such cases are kept.

Invariant: a case can be loaded as those of `http/v1/` are; its id is a function of its steps.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from mizan_conformance.http.cases import load_cases

from .play import Found, Move

TOPIC: Final = "http-fuzz"
_NEEDS: Final = {"as": "token"}


def case_of(found: Found, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the file of a case: what was sent, and what would have been right.

    For fields that were ``given``, by name, their names stand: `{Cookie}`.
    """
    steps = [_with_headers(step, lambda headers: hidden(headers, given)) for step in found.steps]
    text = json.dumps(steps, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    case: dict[str, Any] = {
        "id": f"{TOPIC}/{found.fault.rule}-{digest}",
        "requirements": [found.fault.requirement],
        "note": f"Found by fuzzing: {found.fault.text[:300]}",
        "steps": steps,
    }
    if needs := sorted(
        {_NEEDS[name] for step in found.steps for name in _NEEDS.keys() & step.get("request", {})}
    ):
        case["needs"] = needs
    return {"topic": TOPIC, "title": "Found by mizan fuzz http.", "cases": [case]}


def keep(folder: Path, document: dict[str, Any]) -> Path:
    """Write a case into a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    name = document["cases"][0]["id"].partition("/")[2]
    path = folder / f"{name}.json"
    path.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    return path


def hidden(headers: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Return fields with `{NAME}` in place of a value that was given."""
    is_given = given.items()
    return {k: f"{{{k}}}" if (k, v) in is_given else v for k, v in headers.items()}


def _with_headers(step: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    headers = step.get("request", {}).get("headers")
    if not headers:
        return dict(step)
    return {**step, "request": {**step["request"], "headers": change(headers)}}


def kept(folder: Path | None, given: Mapping[str, str]) -> Iterator[list[Move]]:
    """Yield the requests of the cases in a folder, with the fields that are ``given``.

    Raises ValueError for a file that is none.
    """
    if folder is None or not folder.is_dir():
        return

    def shown(headers: Mapping[str, Any]) -> dict[str, Any]:
        return {k: given.get(k, v) if v == f"{{{k}}}" else v for k, v in headers.items()}

    for case in load_cases(folder):
        steps = [_with_headers(each, shown) for each in case.vector.input["steps"]]
        yield [Move(step.get("request", step)) for step in steps]
