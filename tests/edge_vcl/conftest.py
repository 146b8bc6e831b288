"""How the tests of the VCL run Varnish, with a manifest that has each kind of URL."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mizan.edge_vcl import Options, cases

# Most of a case's time is that of the C compiler.
QUICKLY_COMPILED = """\
varnish v1 -cliok {param.set cc_command "exec cc -O0 -w -pthread -fpic -shared -Wl,-x -o %o %s"}
varnish v1 -vcl"""


def context(name: str, **members: Any) -> dict[str, Any]:
    """Return a public context of a manifest, with what differs."""
    usual = {
        "endpoint": f"/api/mizan/ctx/{name}/",
        "functions": [],
        "parameters": [],
        "bound_params": [],
        "scope_params": [],
        "views": [],
        "page_routes": [],
        "render_strategy": "psr",
        "user_scoped": False,
        "rev": 0,
        "cache": True,
    }
    return usual | members


@pytest.fixture(scope="session")
def made() -> Callable[..., dict[str, Any]]:
    """Return a function that makes a manifest of contexts: names, and what differs in each."""

    def make(**contexts: dict[str, Any]) -> dict[str, Any]:
        built = {name: context(name, **members) for name, members in contexts.items()}
        return {"mizan": "1.0", "base_url": "/api/mizan/", "contexts": built, "mutations": {}}

    return make


@pytest.fixture(scope="session")
def manifest(made: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Return a manifest that has a URL of each kind."""
    return made(
        product={"page_routes": ["/products/:id/"]},
        user={"user_scoped": True, "page_routes": ["/me/"]},
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that Varnish can read: root's varnishd compiles as a user of its own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def edge(open_folder: Path, manifest: dict[str, Any]) -> Path:
    """Return a folder with the rules and the cases of the manifest."""
    for name, text in cases(manifest, Options(), str(open_folder)):
        (open_folder / name).write_text(text, encoding="utf-8")
    return open_folder


@pytest.fixture
def varnishtest() -> Callable[..., str]:
    """Return a function that runs cases: it returns what fails, or nothing."""
    program = shutil.which("varnishtest")
    if program is None:
        pytest.fail("There is no varnishtest: apt-get install varnish varnish-modules.")

    def run(*files: Path) -> str:
        for file in files:
            file.write_text(file.read_text().replace("varnish v1 -vcl", QUICKLY_COMPILED))
        done = subprocess.run(
            [program, "-k", "-j2", "-t30", "-b32m", *files],
            capture_output=True,
            text=True,
            check=False,
        )
        found = re.findall(r"^(?:----|#) .*", done.stdout + done.stderr, re.MULTILINE)
        return "" if done.returncode == 0 else "\n".join(found)

    return run
