"""`mizan conformance mutmut`: does the suite see the faults that a program makes up?"""

from __future__ import annotations

import importlib.util

import click


@click.command(short_help="Score the suite by mutmut's faults of the core.")
@click.option(
    "--select",
    multiple=True,
    metavar="PATTERN",
    help="Only these modules of mizan.protocol: a pattern of names. May be given several times.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many at a time; one per processor.")
def mutmut(select: tuple[str, ...], jobs: int | None) -> int:
    """Run the suite on the Python core with each of mutmut's mutations, some thousands: minutes.

    A mutation that no vector sees is a vector that is missing, unless survivors.toml, beside the
    mutants, says why there can be none.

    Exits with 1 if a mutation lives without a reason, or a reason fits none that lives; with 2 if
    a pattern chooses nothing.

    \b
    Examples:
      mizan conformance mutmut
      mizan conformance mutmut --select 'header*' --select url
    """
    if importlib.util.find_spec("mutmut") is None:
        raise click.UsageError("This needs mutmut: pip install mutmut.")
    from mizan_conformance.mutations import (
        core_modules,
        load_reasons,
        run_mutations,
        stale,
        unexplained,
    )
    from mizan_conformance.progress import progress_bar
    from mizan_conformance.vectors import SelectionError

    try:
        modules = core_modules(select or ("*",))
    except SelectionError as error:
        raise click.UsageError(str(error)) from error
    found = run_mutations(modules, processes=jobs, progress=progress_bar("Running mutations"))
    if found.broken:
        raise click.ClickException(f"The core without a fault fails: {found.broken}")
    click.echo(f"{'module':<14}  mutations  alive")
    for name, number in found.tried.items():
        alive = sum(each.startswith(f"{name}.") for each in found.alive)
        click.echo(f"{name:<14}  {number:>9}  {alive:>5}")
    reasons = load_reasons()
    unknown, gone = unexplained(found, reasons), stale(found, reasons)
    total = sum(found.tried.values())
    click.echo(f"{total - len(found.alive)} of {total} seen; {len(unknown)} live without a reason")
    for name in unknown:
        click.echo(f"lives without a reason: {name}", err=True)
    for pattern in gone:
        click.echo(f"a reason for what does not live: {pattern}", err=True)
    return 1 if unknown or gone else 0
