"""mizan.django.audit.findings: each kind of fact, and what it shows to be wrong."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.django.audit import findings as judged
from mizan.django.audit.declarations import ContextInfo, FunctionInfo, Project
from mizan.django.audit.findings import findings
from mizan.django.audit.record import Declared, Fact, Place, Query, Recording, Said
from mizan.django.audit.units import Writer

CALL = Writer("client", "call", "a.py:1", ("user", "team/members"))
HELPER = Writer("function", "app.helper", "h.py:1")
USER = ContextInfo("user", "UserContext", ("user_id",), frozenset(), {"profile": "r.py:1"})
TEAM = ContextInfo("team", "TeamContext", (), frozenset(), {"members": "r.py:9", "size": "r.py:19"})
PROJECT = Project(
    {"user": USER, "team": TEAM},
    {
        "call": FunctionInfo("call", "a.py:1", frozenset({"user_id"}), ("TeamContext",), None),
        "profile": FunctionInfo("profile", "r.py:1", frozenset(), (), "user"),
    },
    {"b.py:3": "other", "b.py:40": "never"},
)
BROAD = Said("user", None, (), False)


def by(**columns: tuple[str, ...] | None) -> Said:
    return Said("user", None, tuple(columns.items()), False)


def fact(*said: Said, writer: Writer = CALL, **given: Any) -> Fact:
    shape = {
        "site": "s.py:2",
        "table": "t",
        "verb": "UPDATE",
        "columns": ("a",),
        "fresh": (),
    } | given
    return Fact(
        (writer,), shape["site"], "default", shape["table"], shape["verb"], shape["columns"], said,
        shape["fresh"],
    )  # fmt: skip


def query(*used: str, how: str = "link", scope: tuple[str, ...] = (), **flags: Any) -> Query:
    return Query(set(used or "a"), {"user_id": set(scope)} if scope else {}, how, **flags)


def kinds(write: Fact, read: Query, function: str = "profile") -> list[str]:
    context = "user" if function == "profile" else "team"
    found = Recording(reads={Place(context, function, "default", "t"): {"q": read}})
    found.writes[write] += 1
    return [each.kind for each in findings(found, PROJECT)]


@pytest.mark.parametrize(
    ("write", "read", "expected"),
    [
        (fact(), query(), "undeclared"),
        (fact(), query("b"), ""),
        (fact(), query("*"), "undeclared"),
        (fact(columns=None), query("b"), "undeclared"),
        (fact(table="u"), query(), ""),
        (fact(BROAD), query(), ""),
        (fact(Said("*", None, (), False)), query(), ""),
        (fact(Said("team", None, (), False)), query(), "undeclared"),
        (fact(Said("user", "profile", (), False)), query(), ""),
        (fact(Said("user", "other", (), False)), query(), "undeclared"),
        # a scope
        (fact(by(user_id=("c",))), query(scope=("c",)), ""),
        (fact(by(user_id=("d",))), query(scope=("c",)), "scope"),
        (fact(by(user_id=("d",))), query(scope=("c", "d")), ""),
        (fact(by(user_id=None)), query(scope=("c",)), ""),
        (fact(by(other=("d",))), query(scope=("c",)), ""),
        (fact(by(user_id=("d",))), query(), ""),
        (fact(by(user_id=("d",))), query(how="key"), ""),
        (fact(by(user_id=("d",))), query(how="key", is_shared=True), "scope"),
        (fact(by(user_id=("d",))), query(how="open"), "scope"),
        (fact(Said("user", None, (("user_id", ()),), True)), query(how="open"), ""),
        # rows that come and go
        (fact(verb="INSERT", columns=None), query(how="open"), "undeclared"),
        (fact(verb="INSERT", columns=None), query(how="key"), ""),
        (fact(verb="INSERT", columns=None), query(how="key", is_empty=True), "undeclared"),
        (fact(verb="INSERT", columns=None, fresh=("o",)), query(links={"o"}), ""),
        (fact(verb="DELETE", columns=None), query("b", how="key"), "undeclared"),
    ],
)
def test_a_write_and_a_read(write: Fact, read: Query, expected: str) -> None:
    assert kinds(write, read) == ([expected] if expected else [])


def test_a_reader_is_not_told_of_its_own_writes() -> None:
    assert kinds(fact(writer=Writer("client", "profile", "r.py:1", (), "user")), query()) == []


def test_what_a_test_calls_by_itself_is_judged_where_it_belongs() -> None:
    place = Place("user", "profile", "default", "t")
    found = Recording(reads={place: {"q": query()}})
    found.writes.update([fact(writer=HELPER), fact(BROAD)])
    assert findings(found, PROJECT) == []
    found.writes.update([fact(writer=HELPER, site="s.py:9")])
    assert [each.writer for each in findings(found, PROJECT)] == ["app.helper"]


def test_a_finding_says_all_there_is_to_say() -> None:
    found = Recording(reads={Place("user", "profile", "other", "t"): {"q": query(scope=("c",))}})
    write = fact()._replace(database="other")
    found.writes[write] += 1
    (finding,) = findings(found, PROJECT)
    assert finding.message == "call updates other: t (a), which user reads"
    assert (finding.where, finding.site, finding.reader) == ("a.py:1", "s.py:2", "r.py:1")
    assert finding.key == "undeclared call user"


def test_attributes_alone_are_a_read() -> None:
    found = Recording(uses={Place("user", "profile", "default", "t"): {"a"}})
    found.writes[fact()] += 1
    assert [each.kind for each in findings(found, PROJECT)] == ["undeclared"]
    found.uses = {Place("gone", "profile", "default", "t"): {"a"}}
    assert findings(found, PROJECT) == []


def test_what_is_declared_and_never_written() -> None:
    found = Recording(reads={Place("team", "members", "default", "t"): {"q": query()}})
    assert findings(found, PROJECT) == []
    found.done[CALL] += 1
    (finding,) = findings(found, PROJECT)
    assert (finding.kind, finding.context) == ("unsupported", "team/members")
    found.writes[fact(Said("team", None, (), False))] += 1
    assert findings(found, PROJECT) == []


def test_a_watch_of_what_nobody_reads() -> None:
    found = Recording(reads={Place("team", "size", "default", "t"): {"q": query()}})
    found.watches = {Declared("watch(T)", "w.py:1", ("team", "user"), ("u",))}
    (finding,) = findings(found, PROJECT)
    assert (finding.kind, finding.writer, finding.context) == ("unsupported", "watch(T)", "team")


def test_contexts_that_are_always_broad() -> None:
    found = Recording()
    found.said.update({("user", True): 3, ("team", True): 3})
    (finding,) = findings(found, PROJECT)
    assert (finding.kind, finding.context, finding.where) == ("broad", "user", "r.py:1")
    found.said["user", False] += 1
    assert findings(found, PROJECT) == []


def test_what_never_ran_is_no_finding() -> None:
    found = Recording()
    assert judged.unseen(found, PROJECT) == {
        "reads": ["team/members  r.py:9", "team/size  r.py:19", "user/profile  r.py:1"],
        "writers": ["call  a.py:1", "never  b.py:40", "other  b.py:3"],
    }
    found.done.update([CALL, Writer("affects", "x.other", "b.py:2")])
    found.read["user", "profile"] = 1
    seen = judged.unseen(found, PROJECT)
    assert seen["writers"] == ["never  b.py:40"]
    assert len(seen["reads"]) == 2
