"""`mizan conformance mutants`: does the suite see faults? And what would an empty port get?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from mizan.cli.conformance_common import form_option

if TYPE_CHECKING:
    from mizan_conformance.mutants import Outcome

NullScores = Mapping[str, Mapping[str, Fraction]]


@click.command(short_help="Score the suite by the faults that it finds.")
@click.option(
    "--select",
    multiple=True,
    metavar="PATTERN",
    help="Only these mutants: a pattern of their ids, topics or requirements. May be given several "
    "times.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many at a time; one per processor.")
@form_option
def mutants(select: tuple[str, ...], jobs: int | None, form: str) -> int:
    """Run the suite on the Python core with one fault at a time, and score the suite.

    A mutant is killed if a case of the right topic fails for each requirement that its fault
    breaks. Then print what ports get that refuse all, accept all, echo or crash: a refused case
    counts only together with its accepted neighbour.

    Exits with 0 if every mutant is killed and no such port gets 10 % of a topic, else with 1; with
    2 if a pattern chooses nothing.

    \b
    Examples:
      mizan conformance mutants
      mizan conformance mutants --select 'MZ-CAN-*' --select url-parse
    """
    from mizan_conformance.mutants import PLAIN, load_mutants, run_mutants
    from mizan_conformance.progress import progress_bar
    from mizan_conformance.scores import null_scores
    from mizan_conformance.vectors import SelectionError, load_topics

    try:
        chosen = load_mutants(select or "*")
    except SelectionError as error:
        raise click.UsageError(str(error)) from error
    bar = progress_bar("Running mutants")
    plain, *outcomes = run_mutants([PLAIN, *chosen], processes=jobs, progress=bar)
    scores = {} if select else null_scores(load_topics())
    wrong = [*_wrong(plain, outcomes, scores)]
    if form == "json":
        click.echo(json.dumps(_as_json(outcomes, scores, wrong), indent=2))
    else:
        click.echo("\n".join([*_by_topic(outcomes), *_scores(scores)]))
    for line in wrong:
        click.echo(line, err=True)
    return 1 if wrong else 0


def _wrong(plain: Outcome, outcomes: Sequence[Outcome], scores: NullScores) -> Iterator[str]:
    from mizan_conformance.scores import MOST

    if plain.broken or plain.failed:
        yield f"The core without a fault fails: {plain.broken or ', '.join(plain.failed[:5])}"
    for each in outcomes:
        if not each.is_killed:
            why = each.broken or f"no case fails for {', '.join(each.missed)}"
            yield f"{each.mutant.id} lives: {each.mutant.fault} ({why})"
    for topic, row in scores.items():
        for name, share in row.items():
            if share >= MOST:
                yield f"{topic}: a port that {name} gets {_percent(share)}"


def _by_topic(outcomes: Sequence[Outcome]) -> Iterator[str]:
    total = Counter(topic for each in outcomes for topic in each.mutant.topics)
    killed = Counter(topic for each in outcomes if each.is_killed for topic in each.mutant.topics)
    yield f"{'topic':<18}  killed"
    for topic in sorted(total):
        yield f"{topic:<18}  {killed[topic]} of {total[topic]}"
    dead = sum(each.is_killed for each in outcomes)
    yield f"mutation score: {dead} of {len(outcomes)}, {_percent(Fraction(dead, len(outcomes)))}"


def _scores(scores: NullScores) -> Iterator[str]:
    if not scores:
        return
    names = [*next(iter(scores.values()))]
    yield ""
    yield "What a port gets that does nothing but this:"
    yield f"{'topic':<18}  " + "  ".join(f"{name:>8}" for name in names)
    for topic, row in scores.items():
        yield f"{topic:<18}  " + "  ".join(f"{_percent(row[name]):>8}" for name in names)


def _as_json(
    outcomes: Sequence[Outcome], scores: NullScores, wrong: Sequence[str]
) -> dict[str, Any]:
    return {
        "mutants": [
            {
                "id": each.mutant.id,
                "fault": each.mutant.fault,
                "topics": list(each.mutant.topics),
                "requirements": list(each.mutant.requirements),
                "killed": each.is_killed,
                "failed": list(each.failed),
            }
            for each in outcomes
        ],
        "null_scores": {
            topic: {name: float(share) for name, share in row.items()}
            for topic, row in scores.items()
        },
        "wrong": list(wrong),
    }


def _percent(share: Fraction) -> str:
    return f"{float(share) * 100:.1f} %".replace("100.0", "100")
