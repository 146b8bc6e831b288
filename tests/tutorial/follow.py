"""Follows docs/tutorial.md: writes its files, runs its commands, compares what it says one sees.

usage: follow.py (--wheel FILE --npm DIR | --here) [--in DIR] [--browser]

`scripts/tutorial` gives a wheel and tarballs, which pip and npm take in place of what is published.
`--here` installs nothing: the packages are those of the environment and of the checkout.

Invariant: a block of the page that nobody follows is an error. The standard library is enough.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from by_hand import Site
from installed import Installed, resident, stranger
from terminal import PATIENCE, Server, Terminal, Unlike, free_port, unlike

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "tutorial.md"
STEP = re.compile(r"^## (.*)\n", re.MULTILINE)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"(?:#|//|<!--) (?P<path>[\w./-]+)(?P<more>, at the end)?(?: -->)?\n(?P<text>.*)", re.DOTALL
)
FILES = {"html", "python", "tsx"}
STAYS = "(Press CTRL+C to quit)"
"""What a command prints that does not end by itself."""
PORT = "8000"
"""The port on the page; another one is free wherever the page is tried."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Follower:
    """One who follows the page in a folder. `browser` is the path of Chromium, or empty."""

    def __init__(self, folder: Path, installed: Installed, browser: str) -> None:
        self.folder, self.browser = folder, browser
        self.environment, self.replace, self.prepared = installed
        self.port = str(free_port())
        self.terminal = Terminal(folder, self.environment)
        self.server: Server | None = None

    def follow(self, page: str) -> None:
        """Take every step of the page. Raises Unlike at the first thing that is not as written."""
        _, *steps = STEP.split(page)
        for title, text in zip(steps[::2], steps[1::2], strict=True):
            start = time.monotonic()
            say(f"\n== {title}")
            for language, block in BLOCK.findall(text):
                self.block(language, block)
            say(f"   ({time.monotonic() - start:.0f} s)")

    def block(self, language: str, text: str) -> None:
        if language in FILES:
            self.write(text)
        elif language == "console":
            commands = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
            for command, _, printed in (each.partition("\n") for each in commands):
                self.command(command, printed)
        elif language == "text":
            self.logged(text)
        else:
            raise Unlike(f"nobody follows a block of '{language}': {text[:60]!r}")

    def write(self, text: str) -> None:
        found = FILE.match(text)
        if found is None:
            raise Unlike(f"a block does not begin with the name of its file: {text[:60]!r}")
        path = self.folder / found["path"]
        before = path.read_text("utf-8") if found["more"] else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(before + found["text"], "utf-8")
        say(f"  {found['path']}{found['more'] or ''}: {len(found['text'].splitlines())} lines")

    def command(self, command: str, printed: str) -> None:
        """Run a command, and compare what it prints; one that stays is left running."""
        instead = next((do for part, do in self.prepared.items() if part in command), None)
        if instead is not None:
            say(f"$ {command}  (is prepared)")
            return instead()
        command = self.replace(command).replace(PORT, self.port)
        say(f"$ {command}")
        if STAYS in printed:
            self.server = Server(command, self.folder, self.environment, self.port)
            return None
        status, output = self.terminal.run(command)
        if status != 0:
            raise Unlike(f"{command}\nended with {status} and said:\n{output}")
        self.compare(command, printed, output)
        return None

    def compare(self, command: str, printed: str, output: str) -> None:
        if difference := unlike(printed.replace(PORT, self.port), output):
            raise Unlike(f"{command}\nprinted:\n{output}\nand not, as the page says:\n{difference}")

    def logged(self, text: str) -> None:
        """Change a dish by hand, as the step says; the server then has logged these lines."""
        if self.server is None:
            raise Unlike("a block of 'text' is what a server logs, and none was started")
        Site(self.port).follow_a_change()
        if self.browser:
            self.look()
        deadline = time.monotonic() + PATIENCE
        while missing := [line for line in text.splitlines() if unlike(line, self.server.log())]:
            if time.monotonic() > deadline:
                raise Unlike(f"the server has not logged: {missing}")
            time.sleep(0.1)

    def look(self) -> None:
        """Do the same in Chromium, in two windows of one browser."""
        address = f"http://127.0.0.1:{self.port}"
        done = subprocess.run(
            ["node", Path(__file__).with_name("windows.js"), address, str(self.browser)],
            capture_output=True,
            text=True,
            check=False,
        )
        say(done.stdout.strip())
        if done.returncode:
            raise Unlike(f"in Chromium the page is not as described:\n{done.stderr}")

    def end(self) -> None:
        self.terminal.end()
        if self.server is not None:
            self.server.end()


def chromium() -> str:
    """Return the path of the browser of this machine. Raises Unlike where there is none."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise Unlike("there is no Chromium on PATH: Debian has it as the package chromium")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wheel", type=Path, help="the wheel that pip takes")
    parser.add_argument("--npm", type=Path, help="the folder of the tarballs that npm takes")
    parser.add_argument("--here", action="store_true", help="install nothing")
    parser.add_argument("--in", dest="folder", type=Path, help="an empty folder, which is left")
    parser.add_argument("--browser", action="store_true", help="look at the page in Chromium, too")
    found = parser.parse_args()
    if found.here == bool(found.wheel and found.npm):
        parser.error("give --wheel and --npm, or --here")
    return found


def main() -> int:
    given = options()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as tools, tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        follower = None
        try:
            if given.here:
                installed = resident(folder)
            else:
                installed = stranger(Path(tools), given.wheel, given.npm)
            follower = Follower(folder, installed, chromium() if given.browser else "")
            follower.follow(GUIDE.read_text("utf-8"))
        except (Unlike, OSError) as error:
            say(f"\nNot as {GUIDE.name} says:\n{error}")
            if follower is not None and follower.server is not None:
                say(f"The server has logged:\n{follower.server.log()}")
            return 1
        finally:
            if follower is not None:
                follower.end()
    say(f"\nAll was as {GUIDE.name} says, in {time.monotonic() - start:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
