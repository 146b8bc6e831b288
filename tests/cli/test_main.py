"""The `mizan` command itself: its table, its exit statuses, how fast it starts."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from mizan import __version__
from mizan.cli import main as cli_main
from mizan.cli.fuzz import TOPICS
from mizan.cli.main import COMMANDS, cli

Program = Callable[..., subprocess.CompletedProcess[str]]
HEAVY = {
    *("pydantic", "jsonschema", "hypothesis", "jwt", "cryptography", "orjson", "mizan.protocol"),
    *("mizan.schemas", "mizan.errors", "mizan_conformance", "mizan_codegen"),
}


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the path of each command that does something."""
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    return [
        leaf
        for name in command.list_commands(context)
        for leaf in leaves(command.get_command(context, name), (*path, name))  # type: ignore[arg-type]
    ]


def groups(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [path[:length] for length in range(len(path) + 1)]


LEAVES = leaves(cli)
PATHS = sorted({part for leaf in LEAVES for part in groups(leaf)})


def test_the_commands_are_those_that_are_known() -> None:
    assert [" ".join(path) for path in LEAVES] == [
        "canonical",
        "codegen client",
        "codegen models",
        "conformance copy",
        "conformance http",
        "conformance list",
        "conformance mutants",
        "conformance mutmut",
        "conformance report",
        "conformance requirements",
        "conformance run",
        "edge resolve",
        "edge vcl",
        *(f"fuzz {name}" for name in sorted([*TOPICS, "all", "http"])),
        "header format",
        "header parse",
        "key",
        "schema diff",
        "schema list",
        "schema show",
        "token inspect",
        "token sign",
        "token verify",
        "validate",
    ]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_help_fits_eighty_columns_and_cuts_nothing_short(
    mizan: Any, path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = mizan(*path, "--help")
    assert (done.status, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= 80
    assert "..." not in done.out.partition("Commands:")[2]
    assert mizan(*path, "-h") == done


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_each_command_shows_an_example_and_explains_its_options(
    mizan: Any, path: tuple[str, ...]
) -> None:
    text = mizan(*path, "--help").out
    assert f"mizan {' '.join(path)}" in text.partition("Example")[2]
    command: Any = cli
    for name in path:
        command = command.get_command(click.Context(command), name)
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert all(option.help for option in options)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_commands_say(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    first = (command.help or "").partition("\n")[0]
    if isinstance(command, click.Group):
        assert first == COMMANDS[name][1]
    assert COMMANDS[name][1].endswith(".")


def test_the_version_is_shown(mizan: Any) -> None:
    assert mizan("--version").out == f"mizan, version {__version__}\n"


@pytest.mark.parametrize(
    "argv", [[], ["nothing"], ["--nothing"], ["header"], ["header", "nothing"]]
)
def test_a_wrong_call_is_refused(mizan: Any, argv: list[str]) -> None:
    done = mizan(*argv)
    assert (done.status, done.out) == (2, "")
    assert "Usage: mizan" in done.err


# ---- starting fast ----


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["nothing"]])
def test_nothing_heavy_is_loaded_before_it_is_needed(arguments: list[str]) -> None:
    code = (
        "import sys; from mizan.cli.main import main; "
        f"main({arguments!r}); print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stderr.splitlines()[-1].split())
    assert not loaded & (HEAVY)
    assert {name for name in loaded if name.startswith("mizan")} == {
        *("mizan", "mizan.cli", "mizan.cli.main")
    }


# ---- shell completion ----


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("mizan ca", ["canonical"]),
        ("mizan --ver", ["--version"]),
        ("mizan schema ", ["diff", "list", "show"]),
        ("mizan schema show ca", ["cache-key", "call"]),
        ("mizan validate --kind man", ["manifest"]),
        ("mizan validate --format j", ["json"]),
    ],
)
def test_shells_complete(program: Program, words: str, offered: list[str]) -> None:
    environment = {
        "_MIZAN_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = program(env=os.environ | environment)
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == offered


def test_completing_a_command_loads_none() -> None:
    before = set(sys.modules)
    found = cli.shell_complete(click.Context(cli), "")
    assert [(item.value, item.help) for item in found] == [
        (name, text) for name, (_, text) in COMMANDS.items()
    ]
    assert set(sys.modules) == before


# ---- streams and signals ----


def test_whatever_the_locale_output_is_utf8(program: Program) -> None:
    latin = os.environ | {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}
    done = program("canonical", input=b'"\xce\xbb\xc3\xbc"', text=False, env=latin)
    assert done.stdout == b'"\xce\xbb\xc3\xbc"\n'


def test_a_name_that_is_no_text_is_shown_escaped(program: Program, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.json"
    try:
        Path(os.fsdecode(path)).write_text("5")
    except OSError:
        pytest.skip("this file system holds names to UTF-8")
    done = program("validate", os.fsdecode(path))
    assert done.returncode == 1
    assert "\\udcff.json: (whole document)" in done.stdout
    assert program("validate", "--format", "json", os.fsdecode(path)).returncode == 1


@pytest.mark.parametrize("argv", [["conformance", "list"], ["--help"], ["key", "--help"]])
def test_when_nobody_reads_on_it_ends_without_a_word(program: Program, argv: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = program(*argv, stdout=writing)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_said(program: Program) -> None:
    with Path("/dev/full").open("w") as full:
        done = program("header", "parse", "a", stdout=full)
    assert (done.returncode, done.stderr) == (2, "Error: No space left on device\n")


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_closed_stream_is_no_crash(closed: int) -> None:
    command = f"import os, sys; os.close({closed}); os.execv(sys.executable, sys.argv[1:])"
    mizan = [sys.executable, "-m", "mizan", "canonical", "-"]
    done = subprocess.run(
        [sys.executable, "-c", command, *mizan],
        input="[1]",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (2 if closed == 0 else 0)
    assert done.stdout == ("[1]\n" if closed == 2 else "")
    assert "Traceback" not in done.stderr
    assert ("Standard input is closed" in done.stderr) == (closed == 0)


def test_a_missing_part_of_the_package_is_said(mizan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from mizan import schemas

    def missing() -> Path:
        raise FileNotFoundError("mizan's schema folder is missing")

    monkeypatch.setattr(cli_main, "_drop_output", lambda: None)
    monkeypatch.setattr(schemas, "kinds", lambda: missing())
    done = mizan("schema", "list")
    assert (done.status, done.err) == (2, "Error: mizan's schema folder is missing\n")


def test_the_installed_script_is_the_same_command() -> None:
    script = Path(sys.executable).with_name("mizan")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"mizan, version {__version__}\n"


def test_output_may_go_elsewhere_than_to_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setattr(sys, "argv", ["mizan", "header", "format", "[]"])
    with pytest.raises(SystemExit) as end:
        cli_main.entry()
    assert (end.value.code, shown.getvalue()) == (0, "\n")


README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
LINES = [
    line.removeprefix("    $ ") for line in README.splitlines() if line.startswith("    $ mizan")
]


@pytest.mark.parametrize("line", [line for line in LINES if " node " not in line])
def test_what_the_readme_shows_works(line: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", line],
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_shows_the_port_of_this_checkout() -> None:
    (line,) = (line for line in LINES if " node " in line)
    port = Path(line.rpartition(" ")[2])
    assert (Path(__file__).resolve().parents[2] / port.parent.parent / "package.json").is_file()
    assert line.startswith("mizan conformance run -- node ")
