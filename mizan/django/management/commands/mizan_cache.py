"""`manage.py mizan_cache`: what the origin cache holds, purge some of it, look at its server."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from mizan.cache.base import Cache, CacheUnavailable
from mizan.django import outbox
from mizan.django.management import named, told
from mizan.django.management.reach import shared_broker, shared_cache
from mizan.django.management.told import Line, aligned, counted
from mizan.django.models import OutboxRow
from mizan.events.base import BrokerUnavailable
from mizan.protocol.targets import serialise
from mizan.server.registry import registry


class Command(BaseCommand):
    """Shows, purges and examines the cache."""

    help = "Show what the origin cache holds, purge what a target names, or examine its server."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the three actions."""
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        stats = actions.add_parser("stats", help="Count entries, guards, bytes, waiting purges.")
        purge = actions.add_parser("purge", help="Purge what targets name.")
        purge.add_argument(
            "target",
            nargs="+",
            metavar="TARGET",
            help=named.HELP,
        )
        doctor = actions.add_parser(
            "doctor", help="Examine the server; exits with 1 where something must be changed."
        )
        for each in (stats, purge, doctor):
            each.add_argument("--json", action="store_true", help="For programs.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Do it. Raises CommandError."""
        cache = shared_cache()
        try:
            getattr(self, f"_{options['action']}")(cache, options)
        except CacheUnavailable as error:
            raise CommandError(f"The cache cannot be reached: {error}") from error
        except BrokerUnavailable as error:
            text = f"The cache is purged. The broker of events cannot be reached: {error}"
            raise CommandError(text) from error
        except DatabaseError as error:
            why = str(error).partition("\n")[0]
            advice = "Is the outbox's table there (manage.py migrate mizan)?"
            raise CommandError(f"The database failed: {why}. {advice}") from error

    def _stats(self, cache: Cache, options: Mapping[str, Any]) -> None:
        waiting = OutboxRow.objects.filter(kind=OutboxRow.CACHE).count()
        found = {**cache.stats(), "waiting purges": waiting}
        if options["json"]:
            self._json(found)
        else:
            self._rows([(name, _number(value)) for name, value in found.items()])

    def _purge(self, cache: Cache, options: Mapping[str, Any]) -> None:
        targets = named.targets(registry.catalog, options["target"])
        tags = outbox.announce(registry.catalog, cache, shared_broker(), targets)
        texts = [serialise(each) for each in targets]
        if options["json"]:
            self._json({"targets": texts, "guards": list(tags)})
        else:
            self.stdout.write(f"Purged {', '.join(texts)}: {counted(len(tags), 'guard')}.")

    def _doctor(self, cache: Cache, options: Mapping[str, Any]) -> None:
        if not hasattr(cache, "ask"):
            raise CommandError(f"Only a Redis can be examined, and this is {type(cache).__name__}.")
        from mizan.cache import doctor  # needs the package redis

        findings = doctor.examine(cast("Any", cache))
        if options["json"]:
            self._json([asdict(each) for each in findings])
        else:
            self._show(findings)
        bad = sum(each.level == "bad" for each in findings)
        if bad:
            raise CommandError(f"{counted(bad, 'thing')} must be changed.")

    def _show(self, findings: Sequence[Any]) -> None:
        several = len({each.server for each in findings if each.server}) > 1
        lines = [
            Line(e.level, (*([e.server] if several else []), e.what, e.text), e.advice)
            for e in findings
        ]
        for text in told.findings(lines, self.style):
            self.stdout.write(text)

    def _rows(self, rows: Iterable[Sequence[str]]) -> None:
        for line in aligned([tuple(row) for row in rows]):
            self.stdout.write(line)

    def _json(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False))


def _number(value: float | str) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
