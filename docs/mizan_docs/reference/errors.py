"""docs/reference/errors.md: every error code, its HTTP status, its meaning, its section of SPEC.md.

Raises LookupError where a code has no meaning, or a meaning no code.
"""

from __future__ import annotations

from mizan.errors import KNOWN_CODES, WireError
from mizan.server.problems import STATUS
from mizan_docs.links import SPEC, read
from mizan_docs.markdown import headings
from mizan_docs.reference.codes import FAMILIES, HTTP
from mizan_docs.reference.text import code, page, prose, table

# family -> (what its codes are about, the section of SPEC.md)
_TITLES = {
    "json": ("JSON text and values", "5"),
    "coerce": ("Values and their types", "5.3"),
    "param": ("Parameters", "6.2"),
    "url": ("Query strings", "6.2"),
    "header": ("Header fields", "8"),
    "key": ("Secrets", "11"),
    "token": ("Identity tokens", "13"),
    "declaration": ("Declarations", "12"),
    "document": ("Documents", "4"),
}
# Faults of the server's own code or settings: it does not start.
_AT_HOME = ("key", "declaration")

_INTRO = """\
A request that is refused is answered with a problem document (RFC 9457); its `code` is one of the
first table. What is wrong with single arguments is in `errors`, each with a code of the further
tables and a JSON Pointer to the place. A reader that does not know a code goes by the class of the
status. Codes of an application begin with `app.`: it declares them with `@client(errors=[…])`.

In Python each code is that of a `MizanError` (`mizan.errors`), in TypeScript of a `WireError`.
"""
_REFUSED = """\
Status is what HTTP answers to a request that is refused for it: 422 comes as `validation` with the
code in `errors`, 400 as `malformed`, 401 as `token_invalid`, 413 and 414 as `too_large` and
`uri_too_long`.
"""


def render() -> str:
    """Return the page. Raises LookupError where its table is not that of the code."""
    described = {f"{family}.{name}" for family, names in FAMILIES.items() for name in names}
    if stray := (described | HTTP.keys()) ^ KNOWN_CODES:
        text = f"{sorted(stray)}: in only one of mizan.errors and mizan_docs.reference.codes"
        raise LookupError(text)
    rows = [(code(each), str(STATUS[each]), prose(HTTP[each])) for each in sorted(HTTP, key=_order)]
    where = f"Sections {_section('16')} and {_section('17')} of the specification.\n"
    parts = [_INTRO, "## Problems\n", where]
    parts += [table(("code", "status", "meaning"), rows), "## Reasons\n", _REFUSED]
    for family, names in FAMILIES.items():
        title, section = _TITLES[family]
        parts.append(f"### {title}\n")
        parts.append(f"Section {_section(section)} of the specification.{_note(family)}\n")
        parts.append(
            table(
                ("code", "status", "meaning"),
                (_row(f"{family}.{name}", text) for name, text in names.items()),
            )
        )
    return page("Errors", "mizan/errors.py and mizan_docs/reference/codes.py", *parts)


def _order(name: str) -> tuple[int, str]:
    return STATUS[name], name


def _row(name: str, text: str) -> tuple[str, str, str]:
    status = "none" if name.partition(".")[0] in _AT_HOME else str(WireError(name, "").status)
    return code(name), status, prose(text)


def _note(family: str) -> str:
    return " The server does not start." if family in _AT_HOME else ""


def _section(number: str) -> str:
    """Return a link to a section of SPEC.md."""
    mark = f"{number} " if "." in number else f"{number}. "
    found = next(each for each in headings(read(SPEC)) if each.text.startswith(mark))
    return f"[{number}](../../SPEC.md#{found.anchor})"
