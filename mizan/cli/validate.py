"""`mizan validate`: documents against the schemas (SPEC.md, section 4).

Invariant: every document of every file is looked at, and each problem names file, line (of JSON
Lines, or of a fault in the JSON text), JSON Pointer, what was expected and what stood there; they
come in the order of the documents, however many processes look.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import click

from mizan.cli.acceptance import acceptance
from mizan.cli.common import INPUT, STDIN, Kind, open_input, shown, style_option
from mizan.cli.jobs import BATCH, batched, spread
from mizan.cli.progress import progress
from mizan.errors import MizanError
from mizan.protocol.decode import LIMIT, decode
from mizan.schemas import guess_kind, problems

_LINES_SUFFIXES = (".jsonl", ".ndjson")
Block = tuple[str, int | None, bytes]
"""Whole lines, each a document: their file, the number of the first, their text; or one document,
which has no number.
"""


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
    batches = batched(_blocks(files, lines), lambda block: len(block[2]))
    with progress("Checking", _size(files)) as advance:
        for done in spread(partial(_checked, kind), batches, jobs):
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


def _checked(kind: str | None, blocks: list[Block]) -> _Done:
    documents = 0
    found: list[Finding] = []
    for file, first, data in blocks:
        rows = [(None, data)] if first is None else enumerate(_read_lines(BytesIO(data)), first)
        for line, text in rows:
            if line is None or not text.isspace():
                documents += 1
                found += _check(file, line, text, kind)
    return _Done(documents, sum(len(data) for *_, data in blocks), found)


def _read_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines, none of them longer than a document may be and one byte more."""
    return iter(partial(stream.readline, LIMIT + 1), b"")


def _blocks(files: tuple[str, ...], lines: bool) -> Iterator[Block]:
    for file in files:
        with open_input(file) as stream:
            for first, data in _blocks_of(stream, lines or file.endswith(_LINES_SUFFIXES)):
                yield shown(file), first, data


def _blocks_of(stream: BinaryIO, lines: bool) -> Iterator[tuple[int | None, bytes]]:
    """Yield (number of its first line or None, text) of each block.

    Nothing is read that is longer than a document may be, and one byte more.
    """
    first = 1
    if not lines:
        head: list[bytes] = []
        for row in _read_lines(stream):
            head.append(row)
            if sum(1 for text in head if text.strip()) > 1:
                break
        documents = [text for text in head if text.strip()]
        if len(documents) < 2 or not all(map(_decodes, documents)):
            yield None, b"".join(head) + stream.read(LIMIT + 1)
            return
        yield first, b"".join(head)
        first += len(head)
    while data := stream.read(min(BATCH, LIMIT + 1)):
        data += _rest_of_line(stream, data)
        yield first, data
        first += data.count(b"\n") + (not data.endswith(b"\n"))


def _rest_of_line(stream: BinaryIO, data: bytes) -> bytes:
    """Return what the last line of the data still lacks, or what of it is read at most."""
    begun = len(data) - data.rfind(b"\n") - 1
    return stream.readline(LIMIT + 1 - begun) if begun else b""


def _decodes(text: bytes) -> bool:
    try:
        decode(text)
    except MizanError:
        return False
    return True


def _check(file: str, line: int | None, text: bytes, kind: str | None) -> list[Finding]:
    try:
        document = decode(text)
    except MizanError as error:
        return [_no_json(file, line, text, kind, error)]
    kind = kind or guess_kind(document)
    if kind is None:
        return [_of_no_kind(file, line, document)]
    if acceptance(f"{kind}.schema.json")(document):
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
