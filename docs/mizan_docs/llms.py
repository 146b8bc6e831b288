"""`llms.txt`, which tells programs that read text what the site has (llmstxt.org), and all of it as
one text, `llms-full.txt`.

Invariant: both follow the navigation, and each link leads to a page as Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from mizan_docs.markdown import links, without_code
from mizan_docs.pages import Page, navigation

_ANCHOR = re.compile(r" ?\{#[^}\s]+\}")
_ABOUT = """\
# Mizan

> A protocol and toolkit for pages that never show stale data: a server says once, where its
> functions are declared, what is read and what each change makes stale, and every copy is dropped
> by that name. For Django and TypeScript.
"""


def write(staged: Path, site: Path) -> None:
    """Write both files, and beside each page of the site its Markdown, from the staged pages."""
    pages = navigation()
    texts = {page.place: _plain((staged / page.place).read_text("utf-8")) for page in pages}
    for place, text in texts.items():
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        (site / place).write_text(text, "utf-8")
    (site / "llms.txt").write_text(index(pages, texts), "utf-8")
    whole = (f"<!-- {page.place} -->\n\n{texts[page.place].strip()}\n" for page in pages)
    (site / "llms-full.txt").write_text("\n".join(whole), "utf-8")


def index(pages: Iterable[Page], texts: dict[str, str]) -> str:
    """Return llms.txt of pages and their texts by place."""
    parts = [_ABOUT]
    for section, chosen in groupby(pages, key=lambda page: page.section):
        parts.append(f"## {section or 'Start'}\n")
        parts.append("".join(_line(page, texts[page.place]) for page in chosen))
    return "\n".join(parts)


def _line(page: Page, text: str) -> str:
    about = _first_sentence(text)
    return f"- [{page.title}]({page.place}){': ' if about else ''}{about}\n"


def _plain(text: str) -> str:
    """Return a page without the anchors that only the site's builder reads."""
    return _ANCHOR.sub("", text)


def _first_sentence(text: str) -> str:
    """Return the first sentence of a page that is neither a heading, a list, a table nor code."""
    bare = without_code(text)
    at = 0
    for paragraph in text.split("\n\n"):
        shown = bare[at : at + len(paragraph)].strip()
        at += len(paragraph) + 2
        if shown.startswith(("[", "*")) or shown[:1].isalpha():
            for link in reversed([*links(paragraph)]):
                paragraph = paragraph[: link.start] + link.text + paragraph[link.end :]
            return " ".join(paragraph.split()).partition(". ")[0].rstrip(".:") + "."
    return ""
