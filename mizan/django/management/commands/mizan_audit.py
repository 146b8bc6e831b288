"""`manage.py mizan_audit`: who writes what contexts read, and does not say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mizan.django.audit import baseline, output, record, requests, session


class Command(BaseCommand):
    """Audits a sample of requests, or what tests have recorded."""

    help = (
        "Report who writes what contexts read and does not say so, while recorded requests are "
        "answered again, or of what was recorded. (For tests: pytest --mizan-audit.) Exits with 1 "
        "with --check and findings, with 2 for a wrong call."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what to look at, and what to do with the findings."""
        sources = parser.add_mutually_exclusive_group(required=True)
        sources.add_argument(
            "--requests",
            metavar="FILE",
            type=Path,
            help="Answer the requests of this file (JSON Lines, written by RequestRecorder) in "
            "transactions that are rolled back.",
        )
        sources.add_argument(
            "--report",
            metavar="FILE",
            nargs="+",
            type=Path,
            help="Take what was recorded: by --record, by pytest --mizan-audit-record.",
        )
        parser.add_argument(
            "--record", metavar="FILE", type=Path, help="Also write what was seen to this file."
        )
        parser.add_argument(
            "--all-tables",
            action="store_true",
            help="Also those that Django and Mizan keep for themselves: sessions, migrations.",
        )
        parser.add_argument("--format", choices=sorted(output.FORMATS), default="text")
        parser.add_argument("--check", action="store_true", help="Exit with 1 with findings.")
        parser.add_argument(
            "--baseline", metavar="FILE", type=Path, help="Findings that are known: one a line."
        )
        parser.add_argument(
            "--update-baseline", action="store_true", help="Write all findings to the baseline."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Look, report, compare. Raises CommandError."""
        if options["update_baseline"] and options["baseline"] is None:
            raise CommandError(
                "--update-baseline writes to a file: name it with --baseline.", returncode=2
            )
        try:
            recording = self._recording(options)
            if options["record"] is not None:
                record.save(recording, options["record"])
            known = baseline.read(options["baseline"]) if options["baseline"] else []
        except (OSError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        report = session.report(recording, known)
        self._show(report, options["format"])
        if options["update_baseline"]:
            baseline.write(options["baseline"], [*report.compared.new, *report.compared.known])
            self.stderr.write(f"Wrote the baseline to {options['baseline']}.")
        elif options["check"] and report.compared.new:
            raise CommandError(f"{len(report.compared.new)} findings are not in the baseline.")

    def _recording(self, options: Mapping[str, Any]) -> record.Recording:
        if options["report"]:
            return record.open_all(options["report"])
        sample = requests.read(options["requests"])
        statuses: Counter[int] = Counter()
        with session.auditing(all_tables=options["all_tables"]) as recorder:
            for number, (_, status) in enumerate(requests.replay(sample), 1):
                statuses[status] += 1
                if number % 100 == 0:
                    self.stderr.write(f"{number} of {len(sample)} requests")
        shown = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
        self.stderr.write(f"{len(sample)} requests answered ({shown or 'none'}), and rolled back.")
        return recorder.recording

    def _show(self, report: output.Report, name: str) -> None:
        if name == "text":
            shown = output.text(report, lambda style, text: getattr(self.style, style)(text))
        else:
            shown = output.FORMATS[name](report)
        self.stdout.write(shown, ending="")
