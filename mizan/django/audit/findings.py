"""The findings: what a recording shows to be wrong with what a project declares.

Invariant: what was never seen is no finding; where two readings of a fact are possible, the one
that accuses nobody is taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mizan.django.audit import advice
from mizan.django.audit.declarations import ContextInfo, Project
from mizan.django.audit.record import Fact, Place, Query, Recording, Said
from mizan.django.audit.units import Writer

KINDS = {
    "undeclared": "writes what a context reads, and does not say so",
    "scope": "says so for instances that are not those of the rows",
    "unsupported": "is declared, and nothing was seen that supports it",
    "broad": "was never made stale but as a whole",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to change. `where`: the code to change; `site`: the line that writes; `reader`: the
    code that reads; `add`: the line of code. `key` names it in a baseline, without lines."""

    kind: str
    writer: str
    context: str
    where: str
    message: str
    add: str
    site: str = ""
    reader: str = ""
    table: str = ""

    @property
    def key(self) -> str:
        """Its name in a baseline."""
        return " ".join(filter(None, (self.kind, self.writer.replace(" ", "_"), self.context)))


def findings(recording: Recording, project: Project) -> list[Finding]:
    """Return what is wrong, in order of kind, file and line."""
    readers = _readers(recording, project)
    found = [
        *_omissions(recording, project, readers),
        *_unsupported(recording, project, readers),
        *_idle_watches(recording, project, readers),
        *_broad(recording, project),
    ]
    order = list(KINDS)
    return sorted(found, key=lambda each: (order.index(each.kind), each.where, each.context))


Readers = dict[tuple[str, str], list[tuple[Place, Query]]]
"""What reads a table of a database."""


def _readers(recording: Recording, project: Project) -> Readers:
    found: Readers = {}
    for place in recording.reads.keys() | recording.uses.keys():
        info = project.contexts.get(place.context)
        if info is None or place.function not in info.functions:
            continue
        used = recording.uses.get(place, set())
        queries = recording.reads.get(place, {}).values()
        made = [replace(each, used=each.used | used) for each in queries]
        # Attributes of an object that others had read: its row was found by its key.
        of_table = found.setdefault((place.database, place.table), [])
        of_table += [(place, each) for each in made or [Query(used, {}, "key")]]
    return found


def _omissions(recording: Recording, project: Project, readers: Readers) -> Iterator[Finding]:
    """Yield a finding for each writer and context, of the first of its writes that is not said."""
    told = {fact.site for fact in recording.writes if fact.by[-1].kind != "function"}
    found: dict[tuple[str, str, str], tuple[Fact, Place, Query]] = {}
    for fact in sorted(recording.writes, key=_order):
        if fact.by[-1].kind == "function" and fact.site in told:
            continue  # a test calls by itself what others call as their work
        for place, query in readers.get((fact.database, fact.table), ()):
            if any(each.context == place.context for each in fact.by):
                continue
            kind = _verdict(fact, place, query, project.contexts[place.context])
            if kind:
                found.setdefault((kind, fact.by[-1].name, place.context), (fact, place, query))
    for (kind, name, context), (fact, place, query) in found.items():
        if kind == "scope" and ("undeclared", name, context) in found:
            continue
        yield _omission(kind, fact, place, query, project)


def _order(fact: Fact) -> tuple[str, str, str, str]:
    return fact.site, fact.table, fact.verb, str(fact.said)


def _verdict(fact: Fact, place: Place, query: Query, context: ContextInfo) -> str:
    """Return the kind of finding that a write is for a query; an empty text for none."""
    if not _touches(fact, query):
        return ""
    said = [
        each
        for each in fact.said
        if each.context == "*"
        or (each.context == place.context and each.function in (None, place.function))
    ]
    if not said:
        return "undeclared"
    return "" if any(_reaches(each, query, context) for each in said) else "scope"


def _touches(fact: Fact, query: Query) -> bool:
    """Whether a write can change what a query returns."""
    if fact.verb == "INSERT":  # a new row is not one that was found by its key
        if query.links & {*fact.fresh}:
            return False  # one of rows that are as new
        return query.how != "key" or query.is_empty
    if fact.verb == "DELETE" or fact.columns is None or "*" in query.used:
        return True
    return not query.used.isdisjoint(fact.columns)


def _reaches(said: Said, query: Query, context: ContextInfo) -> bool:
    """Whether what was said names the instances that a query is of."""
    if not said.scope:
        return True
    columns = dict(said.scope)
    selecting = {name: found for name, found in query.scope.items() if found}
    if selecting:
        return all(
            name not in columns or (named := columns[name]) is None or found & {*named}
            for name, found in selecting.items()
        )
    is_everywhere = query.how == "open" or query.is_shared
    return said.by_rows or not is_everywhere or not context.scope


def _omission(kind: str, fact: Fact, place: Place, query: Query, project: Project) -> Finding:
    writer = fact.by[-1]
    what = {"INSERT": "inserts into", "UPDATE": "updates", "DELETE": "deletes from"}[fact.verb]
    touched = sorted(query.used & {*(fact.columns or ())}) if fact.verb == "UPDATE" else []
    columns = f" ({', '.join(touched)})" if touched else ""
    table = fact.table if fact.database == "default" else f"{fact.database}: {fact.table}"
    message = f"{writer.name} {what} {table}{columns}, which {place.context} reads"
    if kind == "scope":
        named = sorted({name for each in fact.said for name, _ in each.scope
                        if each.context == place.context})  # fmt: skip
        message += (
            f"; what it makes stale by {', '.join(named)} are not the instances of these rows"
        )
    return Finding(
        kind,
        writer.name,
        place.context,
        writer.where,
        message,
        advice.of(kind, fact, query, project.contexts[place.context], project),
        fact.site,
        project.contexts[place.context].functions[place.function],
        fact.table,
    )


def _unsupported(recording: Recording, project: Project, readers: Readers) -> Iterator[Finding]:
    """Yield what a writer declares whose tables it never wrote, although it ran and succeeded."""
    tables: dict[Writer, set[tuple[str, str]]] = {}
    for fact in recording.writes:
        for writer in fact.by:
            tables.setdefault(writer, set()).add((fact.database, fact.table))
    for writer in recording.done:
        for declared in writer.declared:
            context, _, function = declared.partition("/")
            read = {
                table
                for table, several in readers.items()
                for place, _ in several
                if place.context == context and function in ("", place.function)
            }
            if read and read.isdisjoint(tables.get(writer, ())):
                names = ", ".join(sorted(name for _, name in read))
                yield Finding(
                    "unsupported",
                    writer.name,
                    declared,
                    writer.where,
                    f"{writer.name} declares {declared}, and wrote none of its tables ({names})",
                    f"take {advice.symbol(project, context, function)} out of what it affects",
                )


def _idle_watches(recording: Recording, project: Project, readers: Readers) -> Iterator[Finding]:
    for watch in sorted(recording.watches):
        for context in watch.targets:
            read = {
                table
                for (_, table), several in readers.items()
                if any(place.context == context for place, _ in several)
            }
            if read and read.isdisjoint(watch.tables):
                yield Finding(
                    "unsupported",
                    watch.label,
                    context,
                    watch.where,
                    f"{watch.label} makes {context} stale, which reads none of its tables",
                    f"take {advice.symbol(project, context, '')} out of {watch.label}",
                )


def _broad(recording: Recording, project: Project) -> Iterator[Finding]:
    """Yield contexts with instances that were only ever made stale as a whole."""
    for name, info in project.contexts.items():
        count = recording.said[name, True]
        if info.scope and count and not recording.said[name, False]:
            params = ", ".join(info.scope)
            where = next(iter(info.functions.values()), "")
            yield Finding(
                "broad",
                "",
                name,
                where,
                f"{name} has instances by {params}, and was made stale {count} times, always as a "
                "whole",
                advice.narrow(info),
            )


def unseen(recording: Recording, project: Project) -> dict[str, list[str]]:
    """Return what never ran: functions of contexts, and writers, each with its place."""
    ran = {writer.name for writer in recording.done}
    places = {writer.where for writer in recording.done}
    read = {key for key, count in recording.read.items() if count}
    contexts = [
        f"{info.name}/{name}  {place}"
        for info in project.contexts.values()
        for name, place in info.functions.items()
        if (info.name, name) not in read
    ]
    writers = [
        f"{name}  {info.where}"
        for name, info in project.functions.items()
        if info.context is None and name not in ran
    ]
    writers += [
        f"{label}  {place}"
        for place, label in project.writers.items()
        if not any(_is_near(place, each) for each in places)
    ]
    return {"reads": sorted(contexts), "writers": sorted(writers)}


def _is_near(decorator: str, function: str) -> bool:
    """Whether a decorator's line is that of a function, or one of the lines before it."""
    file, _, line = decorator.rpartition(":")
    other, _, start = function.rpartition(":")
    near = 8  # decorators are counted by Python as part of the function, from the first one on
    return file == other and abs(int(line) - int(start)) <= near


def counted(recording: Recording, found: Iterable[Finding]) -> dict[str, int]:
    """Return numbers for a summary."""
    kinds = Counter(each.kind for each in found)
    return {
        "reads": sum(recording.read.values()),
        "contexts": len({context for context, _ in recording.read}),
        "writes": sum(recording.writes.values()),
        "writers": len({fact.by[-1] for fact in recording.writes}),
        **{kind: kinds[kind] for kind in KINDS},
    }
