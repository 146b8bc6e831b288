"""A guide of docs/ as a project: its blocks are files and commands, in the order of the page.

Invariant: a block is either a file (its first line is a comment with the file's name), a request
with its reply, or commands; what is none of these is refused, so no block goes untried.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"(?:#|//|<!--) ([\w./-]+)(?: -->)?\n(.*)", re.DOTALL)
FILES = {"dockerfile", "html", "python", "ts", "tsx", "yaml"}
COMMANDS = {"console", "sh"}

# What docs/django.md leaves to Django's own start: a database, a secret, where the URLs are.
_SETTINGS = """
SECRET_KEY = "x" * 50
ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["mizan.W006"]  # there is one process only
"""
_STARTS = {
    "manage.py": "import django.core.management as m\nm.execute_from_command_line()\n",
    "notes/__init__.py": "",
    "pytest.ini": "[pytest]\npython_files = test*.py\naddopts = -p no:cacheprovider\n",
}


@dataclass(frozen=True)
class Block:
    """One fenced block of a page."""

    language: str
    text: str

    def file(self) -> tuple[str, str]:
        """Return its file's name and content. Raises ValueError where it names none."""
        found = FILE.match(self.text)
        if found is None:
            raise ValueError(f"a block of {self.language} names no file: {self.text[:60]!r}")
        return found[1], found[2]


@dataclass
class Played:
    """A page as a project: the folder, and the commands that were run."""

    folder: Path
    commands: list[str] = field(default_factory=list)


def blocks(page: str, *languages: str) -> list[Block]:
    """Return the blocks of a page of docs/, those of some languages alone where they are given."""
    found = [Block(*each) for each in BLOCK.findall((DOCS / page).read_text("utf-8"))]
    return [each for each in found if not languages or each.language in languages]


def write(folder: Path, block: Block) -> None:
    """Write a block to its file; a second one of the same name goes on with it."""
    name, content = block.file()
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        out.write(content)


def notes(folder: Path) -> Path:
    """Make the project of docs/django.md, which the guides go on with."""
    for each in blocks("django.md", "python"):
        write(folder, each)
    for name, content in _STARTS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    with (folder / "settings.py").open("a") as out:
        out.write(_SETTINGS)
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    _install_edge(folder)
    return folder


def _install_edge(folder: Path) -> None:
    """Put mizan-edge where npm puts the command of a package that is installed."""
    program = folder / "bin" / "mizan-edge"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec node "{ROOT}/packages/edge/dist/command.js" "$@"\n')
    program.chmod(0o755)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return what commands of a guide find: this checkout, the project, no test run around it."""
    outer = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    programs = [str(folder / "bin"), str(Path(sys.executable).parent)]
    return {
        **outer,
        "PATH": os.pathsep.join([*programs, outer.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "settings",
        "NO_COLOR": "1",
        "npm_config_offline": "true",
        **more,
    }


def run(folder: Path, command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of a guide in its project."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        check=False,
    )


def play(page: str, folder: Path, **more: str) -> Played:
    """Write the page's files and run its commands, in order; a command that fails fails the page.

    `sh` has commands, one a line. `console` has commands after `$ ` and what they print; `…` stands
    for anything.
    """
    played = Played(folder)
    for block in blocks(page):
        if block.language in FILES:
            write(folder, block)
        elif block.language in COMMANDS:
            for command, expected in _commands(block):
                done = run(folder, command, **more)
                played.commands.append(command)
                _compare(command, expected, done)
        elif block.language != "http":
            raise ValueError(f"{page}: nobody runs a block of {block.language}")
    return played


def _commands(block: Block) -> list[tuple[str, str | None]]:
    """Return (command, what it prints) of a block; None where the page does not say."""
    text = block.text.replace("\\\n", " ")  # a command on several lines
    if block.language == "sh":
        return [(line, None) for line in text.splitlines() if line]
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    split = [each.partition("\n") for each in parts]
    return [(command, output) for command, _, output in split]


def _compare(command: str, expected: str | None, done: subprocess.CompletedProcess[str]) -> None:
    output = done.stdout + done.stderr
    if expected is None or "(exit status " not in expected:
        assert done.returncode == 0, f"$ {command}\n{output}"
    if expected is None:
        return
    found = re.search(r"^\(exit status (\d+)\)\n", expected, re.MULTILINE)
    if found is not None:
        assert done.returncode == int(found[1]), f"$ {command}\n{output}"
        expected = expected.replace(found[0], "")
    pattern = ".*?".join(re.escape(each) for each in expected.strip().split("…"))
    assert re.search(pattern, output, re.DOTALL), f"$ {command}\n{output}\n--- is not\n{expected}"
