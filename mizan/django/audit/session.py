"""One audit from its beginning to its report.

Invariant: the command and the pytest option do the same by this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mizan.django.audit import baseline, declarations
from mizan.django.audit.findings import counted, findings, unseen
from mizan.django.audit.output import Report
from mizan.django.audit.record import Recording
from mizan.django.audit.recorder import Recorder
from mizan.django.audit.schema import OWN_TABLES
from mizan.server.registry import registry


@contextmanager
def auditing(*, all_tables: bool = False) -> Iterator[Recorder]:
    """Record what is read and written meanwhile. `all_tables`: also those that Django and Mizan
    keep for themselves."""
    from mizan.django.audit import hooks  # not loaded to merge recordings

    recorder = Recorder(frozenset() if all_tables else OWN_TABLES)
    with hooks.installed(recorder):
        yield recorder


def report(recording: Recording, known: Sequence[str] = ()) -> Report:
    """Judge a recording by what the project declares. `known`: the lines of a baseline."""
    catalog = registry.catalog
    recording.watches |= declarations.watches(catalog)
    project = declarations.project(catalog)
    found = findings(recording, project)
    return Report(
        baseline.compare(found, known), counted(recording, found), unseen(recording, project)
    )
