"""`mizan conformance copy`: the data of the suite, for repositories of ports."""

from pathlib import Path

import click


@click.command(short_help="Write the suite's data to a folder or a tarball.")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 if something differs.")
@click.argument("target", type=click.Path(path_type=Path))
def copy(target: Path, check: bool) -> int:
    """Write vectors, schemas, requirements and the conformance app to TARGET.

    TARGET is a folder, or a file that ends in .tar.gz. Beside the data stands SHA256SUMS, for
    `sha256sum --check`. The bytes are those of this package's own files, so a copy can be kept in
    the repository of a port, and --check tells when it is out of date.

    \b
    Examples:
      mizan conformance copy third_party/mizan
      mizan conformance copy --check third_party/mizan
      mizan conformance copy mizan-conformance.tar.gz
    """
    from mizan_conformance import bundle

    is_archive = target.name.endswith((".tar.gz", ".tgz"))
    try:
        if check:
            return _check(bundle.stale(target) if not is_archive else _other(target))
        if is_archive:
            target.write_bytes(bundle.tarball())
            click.echo(f"Wrote {target}.")
        else:
            click.echo(f"Wrote {bundle.write(target)} files to {target}.")
    except OSError as error:
        raise click.UsageError(f"{target}: {error.strerror}.") from error
    return 0


def _other(target: Path) -> list[str]:
    from mizan_conformance import bundle

    return [] if target.read_bytes() == bundle.tarball() else [f"{target.name} differs"]


def _check(found: list[str]) -> int:
    for line in found:
        click.echo(line, err=True)
    return 1 if found else 0
