"""docs/reference/commands.md: every command of `mizan` and of `manage.py`, with its help."""

from __future__ import annotations

from collections.abc import Iterator

from mizan_docs.markdown import slug
from mizan_docs.reference import command_line, manage
from mizan_docs.reference.text import Shown, code, page, prose

_INTRO = """\
Exit status: 0 is fine, 1 means that something was found or failed, 2 that the call is wrong.
`--help` of each command shows what stands here.
"""
_MIZAN = """\
The package installs the command `mizan`, which needs no Django. (`mizan-edge`, of the npm package
`@mizan/edge`, is described by [its README](../../packages/edge/README.md).)
"""
_MANAGE = """\
Commands of Django's `manage.py`, where `mizan.django` is in INSTALLED_APPS. Each also has the
options of all of Django's commands.
"""


def render() -> str:
    """Return the page."""
    return page(
        "Commands",
        "the help of each command",
        f"{_INTRO}\n## mizan\n\n{_MIZAN}",
        *_all(command_line.commands()),
        f"## manage.py\n\n{_MANAGE}",
        *_all(manage.commands()),
    )


def _all(commands: Iterator[Shown]) -> Iterator[str]:
    """Yield the text of each command; equal options of neighbours are shown once."""
    known: dict[tuple[tuple[str, str], ...], str] = {}
    for each in commands:
        call = f"```text\n{each.name} {each.arguments}".rstrip()
        yield "\n".join([f"### {each.name}\n", f"{call}\n```\n", *_about(each)])
        if each.options:
            first = known.setdefault(each.options, each.name)
            lines = (f"- {code(option)}: {prose(what)}\n" for option, what in each.options)
            same = f"Options: those of [{code(first)}](#{slug(first)}).\n"
            yield same if first != each.name else "".join(lines)


def _about(shown: Shown) -> Iterator[str]:
    for text in shown.about:
        yield f"{prose(text)}\n"
    for text in shown.examples:
        yield f"```text\n{text}\n```\n"
