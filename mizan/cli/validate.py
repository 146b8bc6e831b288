"""`mizan validate`: documents against the schemas (SPEC.md, section 4).

Invariant: every document of every file is looked at, and each problem names file, line (of JSON
Lines, or of a fault in the JSON text), JSON Pointer, what was expected and what stood there; they
come in the order of the documents, however many processes look.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from itertools import chain, count
from pathlib import Path
from typing import Any, BinaryIO

import click

from mizan.cli.acceptance import Acceptance
from mizan.cli.common import INPUT, STDIN, Kind, open_input, shown, style_option
from mizan.cli.jobs import batched, spread
from mizan.cli.progress import progress
from mizan.errors import MizanError
from mizan.protocol.decode import LIMIT, decode
from mizan.schemas import guess_kind, problems

_LINES_SUFFIXES = (".jsonl", ".ndjson")
Text = tuple[str, int | None, bytes]
"""A document: its file, its line if it is one of many, its text."""
_RUNS = count()


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
@click.argument("files", nargs=-1, required=True, type=INPUT, metavar="FILE...")
@click.option(
    "--kind",
    type=Kind(),
    metavar="KIND",
    help="What the documents are (`mizan schema list` names the kinds); found by $schema or shape "
    "when not given.",
)
@click.option(
    "--lines",
    is_flag=True,
    help="Each line is a document. Files whose names end in .jsonl or .ndjson are read so anyhow, "
    "and others whose first two lines are documents.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Check in N processes, which is worth it for large documents, or many that are wrong.",
)
@style_option
def command(files: tuple[str, ...], kind: str | None, lines: bool, jobs: int, style: str) -> int:
    """Check the JSON or JSON Lines documents in each FILE (`-`: standard input).

    Each problem is shown with file, JSON Pointer, what was expected and what stood there. Exits
    with 1 if there is one.

    \b
    Examples:
      mizan validate manifest.json replies.jsonl
      mizan validate --kind call - < call.json
      mizan validate --jobs 4 replies.jsonl
    """
    found: list[Finding] = []
    checked = 0
    batches = batched(_texts(files, lines), lambda text: len(text[2]))
    with progress("Checking", _size(files)) as advance:
        for done in spread(partial(_checked, kind, next(_RUNS)), batches, jobs):
            checked += done.documents
            found += done.findings
            advance(done.size)
    _report(found, checked, style)
    return 1 if found else 0


def _size(files: tuple[str, ...]) -> int:
    """Return how many bytes there are to read, 0 if that is not known."""
    return 0 if STDIN in files else sum(Path(file).stat().st_size for file in files)


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of a batch: how many documents and bytes it was, and what is wrong with them."""

    documents: int
    size: int
    findings: list[Finding]


def _checked(kind: str | None, run: int, texts: list[Text]) -> _Done:
    found = [each for text in texts for each in _check(*text, kind, _acceptance(run))]
    return _Done(len(texts), sum(len(text) for *_, text in texts), found)


@lru_cache(maxsize=1)
def _acceptance(run: int) -> Acceptance:  # noqa: ARG001 (each run has one in each process)
    return Acceptance()


def _texts(files: tuple[str, ...], lines: bool) -> Iterator[Text]:
    for file in files:
        with open_input(file) as stream:
            for line, text in _documents(stream, lines or file.endswith(_LINES_SUFFIXES)):
                yield shown(file), line, text


def _documents(stream: BinaryIO, lines: bool) -> Iterator[tuple[int | None, bytes]]:
    """Yield (line number or None, text) of each document.

    Nothing is read that is longer than a document may be, and one byte more.
    """
    rows = enumerate(iter(partial(stream.readline, LIMIT + 1), b""), 1)
    head: list[tuple[int, bytes]] = []
    if not lines:
        for row in rows:
            head.append(row)
            if sum(1 for _, text in head if text.strip()) > 1:
                break
        documents = [text for _, text in head if text.strip()]
        if len(documents) < 2 or not all(map(_decodes, documents)):
            yield None, b"".join(text for _, text in head) + stream.read(LIMIT + 1)
            return
    yield from ((number, text) for number, text in chain(head, rows) if text.strip())


def _decodes(text: bytes) -> bool:
    try:
        decode(text)
    except MizanError:
        return False
    return True


def _check(
    file: str, line: int | None, text: bytes, kind: str | None, acceptance: Acceptance
) -> list[Finding]:
    try:
        document = decode(text)
    except MizanError as error:
        return [_no_json(file, line, text, kind, error)]
    kind = kind or guess_kind(document)
    if kind is None:
        return [_of_no_kind(file, line, document)]
    if acceptance.accepts(kind, document):
        return []
    return [
        Finding(file, line, kind, each.pointer, each.expected, each.found, each.message)
        for each in problems(kind, document)
    ]


def _no_json(
    file: str, line: int | None, text: bytes, kind: str | None, error: MizanError
) -> Finding:
    if line is None and error.position is not None:
        line = text.decode("utf-8", "replace")[: error.position].count("\n") + 1
    message = f"{error} [{error.code}]"
    return Finding(file, line, kind, "", "JSON text (SPEC.md, section 5.1)", error.message, message)


def _of_no_kind(file: str, line: int | None, document: Any) -> Finding:
    found = json.dumps(document)[:60]
    message = f"the kind of {found} cannot be told by $schema or shape: name it with --kind."
    return Finding(file, line, None, "", "a document of a known kind", found, message)


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
