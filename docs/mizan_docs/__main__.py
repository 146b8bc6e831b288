"""`python -m mizan_docs`: what scripts/docs does with Python.

Invariant: exit status 0 is fine, 1 means that something is wrong, 2 that the call is.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from mizan_docs import links, llms, pages, requests
from mizan_docs.links import ROOT

_PACE = 0.5  # seconds


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser("python -m mizan_docs", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    reference = actions.add_parser("reference", help="write docs/reference/ from the code")
    reference.add_argument("--check", action="store_true", help="write nothing: compare")
    found = actions.add_parser("links", help="check links between pages, and the navigation")
    found.add_argument("--external", action="store_true", help="list those to elsewhere instead")
    stage = actions.add_parser("stage", help="write the pages that the site is built from")
    stage.add_argument("folder", type=Path)
    stage.add_argument("--watch", action="store_true", help="go on, with each change of a page")
    finish = actions.add_parser("finish", help="add llms.txt to a built site, and examine it")
    finish.add_argument("folder", type=Path, help="what it was built from")
    finish.add_argument("site", type=Path)
    options = parser.parse_args(argv)
    return {"reference": _reference, "links": _links, "stage": _stage, "finish": _finish}[
        options.action
    ](options)


def _reference(options: argparse.Namespace) -> int:
    from mizan_docs.reference import write

    if not options.check:
        for path in write.write():
            print(f"wrote {path.relative_to(ROOT)}")
        return 0
    return _said(
        f"{path.relative_to(ROOT)} is not what the code says: run scripts/docs --reference"
        for path in write.stale()
    )


def _links(options: argparse.Namespace) -> int:
    if options.external:
        for address, place in links.external():
            print(f"{address}\t{place}")
        return 0
    return _said([*links.problems(), *pages.problems()])


def _stage(options: argparse.Namespace) -> int:
    pages.stage(options.folder)
    while options.watch:
        time.sleep(_PACE)
        try:
            for path in pages.stage(options.folder):
                print(f"changed: {path.relative_to(options.folder)}", file=sys.stderr)
        except OSError as error:  # a page that an editor is about to replace
            print(error, file=sys.stderr)
    return 0


def _finish(options: argparse.Namespace) -> int:
    llms.write(options.folder, options.site)
    return _said(requests.problems(options.site))


def _said(problems: Iterable[str]) -> int:
    """Print the problems on standard error; return 1 if there are some."""
    lines = [*problems]
    for line in lines:
        print(line, file=sys.stderr)
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
