"""`mizan validate`: documents against the schemas (SPEC.md, section 4).

Invariant: every document of every file is looked at, and each problem names file, line (JSON
Lines), JSON Pointer, what was expected and what stood there.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import click
from mizan.protocol.decode import decode
from mizan.schemas import guess_kind, kinds, problems

from mizan.cli.common import STDIN, read_bytes
from mizan.errors import MizanError

_LINES_SUFFIXES = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of one document, as `--format json` prints it."""

    file: str
    line: int | None
    kind: str | None
    pointer: str
    expected: str
    found: str
    message: str

    def __str__(self) -> str:
        """Return the line that people read."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.pointer or '(whole document)'}: {self.message}"


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--kind", help="The kind of the documents; found by $schema or shape when not given.")
@click.option(
    "--format", "style", type=click.Choice(["human", "json"]), default="human", show_default=True
)
def command(files: tuple[str, ...], kind: str | None, style: str) -> None:
    """Check the JSON or JSON Lines documents in each FILE (`-`: standard input).

    \b
    Example:
      mizan validate manifest.json replies.jsonl
    """
    if kind is not None and kind not in kinds():
        raise click.BadParameter(f"{kind!r} is no kind: one of {', '.join(kinds())}.")
    found: list[Finding] = []
    checked = 0
    quiet = not sys.stderr.isatty()
    with click.progressbar(
        [item for file in files for item in _documents(file)],
        label="Checking",
        file=sys.stderr,
        hidden=quiet,
    ) as documents:
        for file, line, text in documents:
            checked += 1
            found.extend(_check(file, line, text, kind))
    _report(found, checked, style)
    sys.exit(1 if found else 0)


def _documents(file: str) -> Iterator[tuple[str, int | None, bytes]]:
    """Yield (file, line number or None, text) for each document of a file."""
    data = read_bytes(file)
    name = "standard input" if file == STDIN else file
    if not _is_lines(file, data):
        yield name, None, data
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            yield name, number, line


def _is_lines(file: str, data: bytes) -> bool:
    """Whether data is JSON Lines: by the file's name, or as two lines that are documents alone."""
    if file.endswith(_LINES_SUFFIXES):
        return True
    first, _, rest = data.strip().partition(b"\n")
    return bool(rest) and _decodes(first) and _decodes(rest.lstrip().partition(b"\n")[0])


def _decodes(text: bytes) -> bool:
    try:
        decode(text)
    except MizanError:
        return False
    return True


def _check(file: str, line: int | None, text: bytes, kind: str | None) -> list[Finding]:
    try:
        document: Any = decode(text)
    except MizanError as error:
        return [Finding(file, line, kind, "", "a JSON document", error.code, str(error))]
    guessed = kind or guess_kind(document)
    if guessed is None:
        expected = f"a document of a known kind ({', '.join(kinds())})"
        message = "its kind cannot be told from $schema or shape; name it with --kind."
        return [Finding(file, line, None, "", expected, type(document).__name__, message)]
    return [
        Finding(file, line, guessed, each.pointer, each.expected, each.found, each.message)
        for each in problems(guessed, document)
    ]


def _report(found: list[Finding], checked: int, style: str) -> None:
    if style == "json":
        listed = [asdict(each) for each in found]
        click.echo(json.dumps({"checked": checked, "problems": listed}, ensure_ascii=False))
        return
    for each in found:
        click.echo(str(each))
    plural = "" if checked == 1 else "s"
    bad = len({(each.file, each.line) for each in found})
    click.echo(f"{checked} document{plural} checked, {bad} with problems.", err=True)
