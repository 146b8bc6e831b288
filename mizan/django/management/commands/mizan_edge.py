"""`manage.py mizan_edge`: purge what the edges in front keep, look at what they do."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from mizan.django import purgers
from mizan.django.management import edge_purge, named, told
from mizan.django.management.told import Line, counted
from mizan.edge.base import purge_of
from mizan.edge.doctor import Finding
from mizan.protocol.targets import Target, serialise
from mizan.server.registry import registry

_URL = "A path, with its query: by default one of each context and page that needs no parameter."
_USERS = (
    "Two lines, each the header by which a user is signed in (Cookie: …, X-Mizan-Token: …, "
    "Authorization: …; - reads standard input): whether one is shown what is the other's."
)


class Command(BaseCommand):
    """Purges and examines edges."""

    help = (
        "Purge what edges keep, or examine the one in front. Exits with 1 where something failed "
        "or must be changed, with 2 for a wrong call."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the two actions."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        purge = actions.add_parser(
            "purge", help="Purge what targets name: the origin's cache, then each edge."
        )
        purge.add_argument("target", nargs="+", metavar="TARGET", help=named.HELP)
        purge.add_argument(
            "--dry-run", action="store_true", help="Purge nothing: show what targets resolve to."
        )
        doctor = actions.add_parser(
            "doctor", help="Ask the edge for URLs; say what it keeps and what not, and why."
        )
        doctor.add_argument("url", nargs="*", metavar="URL", help=_URL)
        doctor.add_argument(
            "--edge", required=True, metavar="URL", help="The edge: https://www.example.org"
        )
        doctor.add_argument("--host", help="What to send as Host, where that is another name.")
        doctor.add_argument("--users", metavar="FILE", help=_USERS)
        doctor.add_argument(
            "--timeout", type=float, default=10.0, metavar="SECONDS", help="Of one request (10)."
        )
        doctor.add_argument(
            "--purge", action="store_true", help="Purge what is kept, too, and see whether it goes."
        )
        for each in (purge, doctor):
            each.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it. Raises CommandError."""
        try:
            getattr(self, f"_{options['action']}")(options)
        except DatabaseError as error:
            why = str(error).partition("\n")[0]
            advice = "Is the outbox's table there (manage.py migrate mizan)?"
            raise CommandError(f"The database failed: {why}. {advice}") from error

    def _purge(self, options: Mapping[str, Any]) -> None:
        targets = named.targets(registry.catalog, options["target"])
        found = purge_of(registry.catalog.manifest, targets)
        resolved = {"tags": found.tags, "urls": found.urls, "patterns": found.patterns}
        outcomes = [] if options["dry_run"] else [*edge_purge.purge(targets)]
        if options["json"]:
            texts = [serialise(each) for each in targets]
            became = [asdict(each) for each in outcomes]
            self._json({"targets": texts, **resolved, "outcomes": became})
        elif options["dry_run"]:
            for name, values in {**resolved, "purgers": tuple(purgers.purgers())}.items():
                self.stdout.write("\n  ".join((f"{name}:", *(values or ["none"]))))
        else:
            self._lines([Line(each.level, (each.name, each.text)) for each in outcomes])
        bad = [each.name for each in outcomes if each.level == "bad"]
        if bad:
            raise CommandError(f"Not purged: {', '.join(bad)}.")

    def _doctor(self, options: Mapping[str, Any]) -> None:
        if options["purge"] and not purgers.purgers():
            text = '--purge needs a purger, and MIZAN_EDGE["PURGE"] names none.'
            raise CommandError(text, returncode=named.WRONG_CALL)
        if importlib.util.find_spec("urllib3") is None:
            raise CommandError("It asks by urllib3: pip install 'mizan-protocol[edge]'.")
        from mizan.django.management import edge_visit

        visit = edge_visit.Visit(
            edge=options["edge"],
            host=options["host"],
            timeout=options["timeout"],
            users=options["users"],
            urls=options["url"],
            purge=_purge_one if options["purge"] else None,
            progress=_progress if sys.stderr.isatty() else _silence,
        )
        findings: list[Finding] = []
        for network, here in visit.findings():
            findings += here
            if not options["json"]:
                through = f"  (through {network})" if network else ""
                self.stdout.write(f"{here[0].url}{through}")
                self._lines([Line(e.level, (e.what, e.text), e.advice) for e in here], "  ")
        if options["json"]:
            self._json([asdict(each) for each in findings])
        bad = sum(each.level == "bad" for each in findings)
        if bad:
            raise CommandError(f"{counted(bad, 'thing')} must be changed.")

    def _lines(self, lines: Sequence[Line], indent: str = "") -> None:
        for text in told.findings(lines, self.style):
            self.stdout.write(indent + text)

    def _json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def _purge_one(target: Target) -> None:
    """Purge a target. Raises CommandError where a place could not be told."""
    for each in edge_purge.purge([target]):
        if each.level == "bad":
            raise CommandError(f"{each.name}: {each.text}.")


def _progress(text: str) -> None:
    """Show what is under way; what is written next stands in its place."""
    sys.stderr.write(f"\r\x1b[K{text}\r")
    sys.stderr.flush()


def _silence(_: str) -> None:
    """Show nothing."""
