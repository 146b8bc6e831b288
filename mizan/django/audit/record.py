"""The recording: what was seen of reads and writes, as facts without data of rows.

A recording of one process is merged with others' (pytest-xdist, several runs); it is a JSON
document.

Invariant: no value of a row or of a parameter is in it; merging is commutative and associative.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from mizan.django.audit.units import Writer

VERSION = 1


class Place(NamedTuple):
    """A table that a function of a context reads."""

    context: str
    function: str
    database: str
    table: str


@dataclass(slots=True)
class Query:
    """What queries of one text tell of a table. `scope`: for a parameter the columns that were
    equal to its value in all of them; `how`: key, link or open (`observed.Seen`); `is_empty`: there
    was no such row once; `is_shared`: one row was seen by two instances; `links`: references that
    choose the rows."""

    used: set[str]
    scope: dict[str, set[str]]
    how: str
    is_empty: bool = False
    is_shared: bool = False
    links: set[str] = field(default_factory=set)

    def join(self, other: Query) -> None:
        """Join what another tells of the same query."""
        self.used |= other.used
        for param, columns in other.scope.items():
            mine = self.scope.get(param)
            self.scope[param] = columns if mine is None else mine & columns
        self.is_empty |= other.is_empty
        self.is_shared |= other.is_shared


class Said(NamedTuple):
    """What was said to be stale, for one write: `context` (`*`: everything), perhaps one function
    of it; `scope`: for a parameter the columns of the rows whose values it named, None: any;
    without a scope it is the whole context; `by_rows`: a `watch` has worked it out of the rows."""

    context: str
    function: str | None
    scope: tuple[tuple[str, tuple[str, ...] | None], ...]
    by_rows: bool


class Fact(NamedTuple):
    """One kind of write that happened. `fresh`: references to rows that were made just before, by
    the same unit: whoever shows rows by these has not shown any."""

    by: tuple[Writer, ...]
    site: str
    database: str
    table: str
    verb: str
    columns: tuple[str, ...] | None
    said: tuple[Said, ...]
    fresh: tuple[str, ...] = ()


class Declared(NamedTuple):
    """A call of `watch`: where, and for what."""

    label: str
    where: str
    targets: tuple[str, ...]
    tables: tuple[str, ...]


@dataclass(slots=True)
class Recording:
    """All that was seen."""

    reads: dict[Place, dict[str, Query]] = field(default_factory=dict)
    uses: dict[Place, set[str]] = field(default_factory=dict)
    writes: Counter[Fact] = field(default_factory=Counter)
    done: Counter[Writer] = field(default_factory=Counter)
    read: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: Counter[tuple[str, bool]] = field(default_factory=Counter)
    watches: set[Declared] = field(default_factory=set)

    def merge(self, other: Recording) -> None:
        """Take in another recording."""
        for place, queries in other.reads.items():
            mine = self.reads.setdefault(place, {})
            for text, query in queries.items():
                mine[text].join(query) if text in mine else mine.update({text: query})
        for place, columns in other.uses.items():
            self.uses.setdefault(place, set()).update(columns)
        for name in ("writes", "done", "read", "said"):
            getattr(self, name).update(getattr(other, name))
        self.watches |= other.watches


def dump(recording: Recording) -> dict[str, Any]:
    """Return a recording as a JSON object."""
    reads = [
        {
            **place._asdict(),
            "query": text,
            **asdict(query),
            "used": sorted(query.used),
            "links": sorted(query.links),
        }
        | {"scope": {name: sorted(columns) for name, columns in sorted(query.scope.items())}}
        for place, queries in sorted(recording.reads.items())
        for text, query in sorted(queries.items())
    ]
    writes = [
        {**fact._asdict(), "by": [asdict(each) for each in fact.by], "count": count}
        for fact, count in recording.writes.items()
    ]
    return {
        "mizan_audit": VERSION,
        "reads": reads,
        "uses": [[*place, sorted(found)] for place, found in sorted(recording.uses.items())],
        "writes": writes,
        "done": [[asdict(writer), count] for writer, count in recording.done.items()],
        "read": [[*key, count] for key, count in sorted(recording.read.items())],
        "said": [[*key, count] for key, count in sorted(recording.said.items())],
        "watches": sorted(recording.watches),
    }


def load(document: Any) -> Recording:
    """Return the recording of a JSON object. Raises ValueError for what is none."""
    if not isinstance(document, dict) or document.get("mizan_audit") != VERSION:
        raise ValueError(f"this is no recording of the audit, version {VERSION}")
    try:
        return _loaded(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this recording is damaged: {error!r}") from error


def _loaded(document: dict[str, Any]) -> Recording:
    found = Recording()
    for each in document["reads"]:
        place = Place(each["context"], each["function"], each["database"], each["table"])
        scope = {name: set(columns) for name, columns in each["scope"].items()}
        flags = (each["how"], each["is_empty"], each["is_shared"])
        query = Query(set(each["used"]), scope, *flags, set(each["links"]))
        found.reads.setdefault(place, {})[each["query"]] = query
    for *names, columns in document["uses"]:
        found.uses[Place(*names)] = set(columns)
    for each in document["writes"]:
        found.writes[_fact(each)] += each["count"]
    for writer, count in document["done"]:
        found.done[_writer(writer)] += count
    for context, function, count in document["read"]:
        found.read[context, function] += count
    for context, is_broad, count in document["said"]:
        found.said[context, is_broad] += count
    found.watches = {
        Declared(label, where, tuple(targets), tuple(tables))
        for label, where, targets, tables in document["watches"]
    }
    return found


def _fact(each: dict[str, Any]) -> Fact:
    said = tuple(
        Said(context, function, tuple((name, _tuple(columns)) for name, columns in scope), by_rows)
        for context, function, scope, by_rows in each["said"]
    )
    return Fact(
        tuple(_writer(writer) for writer in each["by"]),
        each["site"],
        each["database"],
        each["table"],
        each["verb"],
        _tuple(each["columns"]),
        said,
        tuple(each["fresh"]),
    )


def _writer(each: dict[str, Any]) -> Writer:
    return Writer(**{**each, "declared": tuple(each["declared"])})


def _tuple(columns: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if columns is None else tuple(columns)


def save(recording: Recording, path: Path) -> None:
    """Write a recording to a file."""
    path.write_text(json.dumps(dump(recording), sort_keys=True), encoding="utf-8")


def open_all(paths: Iterable[Path]) -> Recording:
    """Return the recordings of files as one. Raises ValueError (names the file) and OSError."""
    found = Recording()
    for path in paths:
        try:
            found.merge(load(json.loads(path.read_bytes())))
        except ValueError as error:
            raise ValueError(f"{path}: {error}.") from error
    return found
