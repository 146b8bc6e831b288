"""`manage.py mizan_edge`: purge what the edges in front keep, look at what they do."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mizan.django.management import edge_visit, told
from mizan.django.management.told import Line, counted
from mizan.edge.doctor import Finding

_URL = "A path, with its query: by default one of each context and page that needs no parameter."
_COOKIES = (
    "Two lines, each the Cookie header of a user who is signed in (- reads standard input): "
    "whether one is shown what is the other's."
)


class Command(BaseCommand):
    """Purges and examines edges."""

    help = (
        "Purge what edges keep, or examine the one in front. Exits with 1 where something failed "
        "or must be changed, with 2 for a wrong call."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the actions."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        doctor = actions.add_parser(
            "doctor", help="Ask the edge for URLs; say what it keeps and what not, and why."
        )
        doctor.add_argument("url", nargs="*", metavar="URL", help=_URL)
        doctor.add_argument(
            "--edge", required=True, metavar="URL", help="The edge: https://www.example.org"
        )
        doctor.add_argument("--host", help="What to send as Host, where that is another name.")
        doctor.add_argument("--cookies", metavar="FILE", help=_COOKIES)
        doctor.add_argument(
            "--timeout", type=float, default=10.0, metavar="SECONDS", help="Of one request (10)."
        )
        doctor.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it. Raises CommandError."""
        getattr(self, f"_{options['action']}")(options)

    def _doctor(self, options: Mapping[str, Any]) -> None:
        visit = edge_visit.Visit(
            edge=options["edge"],
            host=options["host"],
            timeout=options["timeout"],
            cookies=options["cookies"],
            urls=options["url"],
            progress=_progress if sys.stderr.isatty() else _silence,
        )
        findings: list[Finding] = []
        for network, here in visit.findings():
            findings += here
            if not options["json"]:
                self._show(network, here)
        if options["json"]:
            self._json([asdict(each) for each in findings])
        bad = sum(each.level == "bad" for each in findings)
        if bad:
            raise CommandError(f"{counted(bad, 'thing')} must be changed.")

    def _show(self, network: str | None, findings: Sequence[Finding]) -> None:
        """Show what there is to say of a URL."""
        through = f"  (through {network})" if network else ""
        self.stdout.write(f"{findings[0].url}{through}")
        lines = [Line(each.level, (each.what, each.text), each.advice) for each in findings]
        for text in told.findings(lines, self.style):
            self.stdout.write(f"  {text}")

    def _json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def _progress(text: str) -> None:
    """Show what is under way; what is written next stands in its place."""
    sys.stderr.write(f"\r\x1b[K{text}\r")
    sys.stderr.flush()


def _silence(_: str) -> None:
    """Show nothing."""
