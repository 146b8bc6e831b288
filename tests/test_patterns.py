"""No regular expression takes more time than in proportion to its subject: all of them are checked.

Python's and those of the schemas and the VCL by `redos_patterns`, TypeScript's by check.js; recheck
judges them by the theory of automata, and by attacks where that does not reach. What it cannot
judge, or judges of no subject that there can be, is in EXAMINED with the reason.
"""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from redos_javascript import MARK, translated
from redos_patterns import MADE_LATE, ROOT, NotKnown, Pattern, every, of_module

_FIELD = "a field of 65,536 bytes at most, of which each step takes what no other could"
_SERVER = "a field of the origin's own, of 2,048 bytes at most, matched possessively"
EXAMINED = {
    "mizan.django.audit.requests:_SECRET": "from a name's beginning alone, and possessive",
    "mizan.django.audit.tokens:_TOKEN": "a site's own statements; no two tokens begin alike",
    "mizan.edge.cloudfront:_code_of": "an answer of 64 KiB at most, and 64 characters of it",
    "mizan.protocol.canonical:_ASTRAL": "what an encoder wrote, where each string has its end",
    "mizan.protocol.decode_reader:_body": "possessive: each character is taken once",
    "mizan.protocol.header:_lenient_members": _FIELD,
    "mizan.protocol.header:_strict_members": _FIELD,
    "mizan.protocol.header_reader:_bare_item": _FIELD,
    "mizan_codegen.python:_HOLDER": "what the generator of models wrote of this tree's schemas",
    "mizan_codegen.typescript:_NOISE": "what the generator of types wrote of this tree's schemas",
    "mizan_conformance.requirements:_ITEM": "the text of SPEC.md",
    "VCL: (;[^;,]*+){9}": _SERVER,
    "VCL: ; *+([a-z0-9_]++)=[^,;]*+(?:;[^,;=]*+=[^": _SERVER,
    "VCL: ; *+[a-z*][a-z0-9_.*-]*+(?:=(?:-?[0-9]{1": _SERVER,
    "VCL: ^ *+(?:(?![a-z0-9_.]{65})[a-z][a-z0-9_]*": _SERVER,
    'VCL: ^ *+(?:"[a-z0-9._-]{1,32}+"(?:; *+[a-z*]': _SERVER,
    "VCL: ^.{2049}": "it repeats nothing without end",
    "VCL: [ \\t\\r\\n]+$": "the file of the token",
    "VCL:  +$": "a request of who has the token, of a field of Varnish's limit",
    "packages/protocol/src/coerce.ts": "64 digits, looked at before; schema/v1/coercion.json",
    "packages/protocol/src/moment.ts": "a fraction of six digits, looked at before",
    "packages/runtime/src/coerce.ts": "64 digits, or a fraction of six, looked at before",
    "packages/runtime/src/held.ts": "the client's own values, 1,025 characters ahead at most",
}
"""where -> why what recheck says of it, or cannot say, is no matter."""


def judged(patterns: Sequence[Pattern], files: Sequence[str]) -> list[dict[str, str]]:
    """Return what recheck says of patterns, and of those of files of TypeScript."""
    given = json.dumps({"patterns": [each._asdict() for each in patterns], "files": files})
    command = ["node", "tests/redos/check.js"]
    done = subprocess.run(
        command, cwd=ROOT, input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_no_pattern_is_slow() -> None:
    patterns = list(every())
    files = sorted(str(each.relative_to(ROOT)) for each in ROOT.glob("packages/*/src/**/*.ts*"))
    assert len(patterns) > 100
    assert len(files) > 100
    left = [each for each in files if each not in EXAMINED]
    found = judged([each for each in patterns if each.where not in EXAMINED], left)
    assert len(found) > 150
    slow = [each for each in found if each["status"] != "safe"]
    assert not slow, "mend these, or say in EXAMINED why they do no harm:\n" + "\n".join(
        f"{each['where']}: {each['status']}: {each['source']}: {each['why']}" for each in slow
    )


def test_what_was_examined_is_still_there() -> None:
    there = {each.where for each in every()}
    files = {each for each in EXAMINED if (ROOT / each).is_file()}
    assert EXAMINED.keys() <= there | files
    names = {each: f"{each.replace('.', '/')}.py" for each in MADE_LATE}
    folders = (ROOT, ROOT / "codegen", ROOT / "conformance")
    assert all(any((at / file).is_file() for at in folders) for file in names.values())


KNOWN = [
    (r"(a+)+", "fullmatch", "vulnerable"),
    (r"(?:a|a)*b", "match", "vulnerable"),
    (r"a*a*b", "match", "vulnerable"),
    (r"a+b", "search", "vulnerable"),
    (r"a++b", "search", "vulnerable"),
    (r"(a+)+(?=b)", "match", "vulnerable"),
    (r"a*(?!c)a*b", "match", "vulnerable"),
    (r"a+b", "match", "safe"),
    (r"(?:a++|b)*c", "match", "safe"),
    (r"(?<=/):[a-z]+(?=/|\Z)", "search", "safe"),
]


def test_a_slow_pattern_is_found() -> None:
    patterns = [Pattern(text, *translated(text, 0, method)) for text, method, _ in KNOWN]
    found = [each["status"] for each in judged(patterns, [])]
    assert found == [status for _, _, status in KNOWN]


def test_patterns_of_typescript_are_found(tmp_path: Path) -> None:
    file = tmp_path / "file.ts"
    file.write_text(
        'const A = "(a+)";\nconst X = [/^b+$/, new RegExp(`^${A}+$`), new RegExp(f())];'
    )
    found = judged([], [str(file)])
    assert sorted((each["source"], each["status"]) for each in found) == [
        ("^(a+)+$", "vulnerable"),
        ("^b+$", "safe"),
        ("f()", "made"),
    ]


def test_a_pattern_that_is_made_later_is_an_error() -> None:
    with pytest.raises(NotKnown, match=r"^mizan\.errors:2: made when"):
        list(of_module("mizan.errors", "import re\nlook = lambda text: re.search(text, text)\n"))


def test_it_is_translated() -> None:
    sources, flags = translated(
        r"""(?P<x>[^a-c]\d) | . (?=b) # odd""", re.VERBOSE | re.IGNORECASE, "match"
    )
    marked = rf"^(?:(?:([^a-c][\d])|[^\n]{MARK}))"
    assert (sources, flags) == ([marked.replace(MARK, ""), marked], "ui")
