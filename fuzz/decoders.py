"""Coverage-guided fuzzing of the Python decoders, by atheris (libFuzzer).

Invariant: a decoder takes any bytes: it returns, or raises MizanError. Anything else is a crash,
which atheris writes to a file; `python -m fuzz.decoders NAME FILE` runs that again.

    pip install --require-hashes -r requirements/fuzz.txt
    python -m fuzz.decoders header -max_total_time=60
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from mizan.errors import MizanError
from mizan.protocol import header, tags, url
from mizan.protocol.canonical import canonical_json
from mizan.protocol.decode import decode
from mizan.protocol.token import Key, verify
from mizan_conformance.tagged import untag
from mizan_conformance.vectors import load_all

ROOT: Final = Path(__file__).resolve().parent.parent
_KEYS: Final = [Key.from_jwk({"kty": "oct", "kid": "k", "alg": "HS256", "k": "A" * 43})]
_PARAMETERS: Final = [
    {"name": "user_id", "type": {"type": "integer"}, "required": True},
    {"name": "at", "type": {"type": "datetime"}, "required": False, "default": None}
    | {"nullable": True},
    {"name": "price", "type": {"type": "decimal"}, "required": False, "default": "0"},
    {"name": "tags", "type": {"type": "list", "items": {"type": "string"}}, "required": False}
    | {"default": []},
]


def _header(data: bytes) -> None:
    field = header.format(header.parse(data), 1 << 20)
    again = header.format(header.parse(field), 1 << 20)
    assert again == field  # noqa: S101 (MZ-HDR-015; an assertion is what atheris reports)


def _held(data: bytes) -> None:
    header.parse_held(data)


def _decode(data: bytes) -> None:
    text = canonical_json(decode(data))
    assert canonical_json(decode(text)) == text  # noqa: S101 (MZ-JCS-001)


def _query(data: bytes) -> None:
    parsed = url.parse_query("/api/", "user", _PARAMETERS, data)
    again = url.parse_query("/api/", "user", _PARAMETERS, parsed.url.partition("?")[2])
    assert again.canonical  # noqa: S101 (MZ-URL: what is written is canonical)
    assert again.params == parsed.params  # noqa: S101


def _tags(data: bytes) -> None:
    found = tags.parse(data)
    assert tags.parse(tags.strings(found)) == found  # noqa: S101 (MZ-TAG-003)


def _token(data: bytes) -> None:
    verify(data.decode("latin-1"), _KEYS, algs=["HS256"], audience="a", now=1_700_000_000)


DECODERS: Final[Mapping[str, tuple[Callable[[bytes], None], str, str]]] = {
    "header": (_header, "header.parse", "field"),
    "held": (_held, "held.parse", "field"),
    "json": (_decode, "decode", "text"),
    "query": (_query, "url.parse", "query"),
    "tags": (_tags, "tags.parse", "field"),
    "token": (_token, "token.verify", "token"),
}
"""name -> (what takes bytes, the operation whose vectors are its seeds, their member)."""


def one(name: str, data: bytes) -> None:
    """Give bytes to a decoder. Raises what no decoder may raise."""
    with suppress(MizanError):
        DECODERS[name][0](data)


def seeds(name: str) -> Iterator[bytes]:
    """Yield the inputs that the vectors have for a decoder."""
    _, op, member = DECODERS[name]
    for vector in load_all():
        if vector.op == op:
            given: Any = untag(vector.input[member])
            yield given if isinstance(given, bytes) else given.encode("utf-8", "surrogatepass")


def main(arguments: list[str]) -> int:
    """Fuzz the decoder that the first argument names; the rest are options of libFuzzer."""
    if not arguments or arguments[0] not in DECODERS:
        sys.stderr.write(f"usage: python -m fuzz.decoders {'|'.join(DECODERS)} [OPTION...]\n")
        return 2
    try:
        import atheris  # type: ignore[import-untyped]
    except ImportError:
        sys.stderr.write("There is no atheris: pip install -r requirements/fuzz.txt\n")
        return 2
    name, *options = arguments
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(name)):
            Path(folder, str(number)).write_bytes(seed)
        atheris.instrument_all()
        atheris.Setup([sys.argv[0], *options, folder], lambda data: one(name, data))
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
