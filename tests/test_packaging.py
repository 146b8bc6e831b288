"""The wheel, built from the sdist and installed alone, works from any folder."""

import re
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from trove_classifiers import classifiers

ROOT = Path(__file__).resolve().parent.parent
DATA = {
    "mizan/_data/schema": ROOT / "schema",
    "mizan/_data/vectors": ROOT / "conformance" / "vectors",
    "mizan/_data/requirements": ROOT / "conformance" / "requirements",
    "mizan/_data/http": ROOT / "conformance" / "http",
    "mizan/_data/app": ROOT / "conformance" / "app",
    "mizan/_data/mutants": ROOT / "conformance" / "ports" / "broken" / "mutants",
}
PACKAGES = {
    "mizan": ROOT / "mizan",
    "mizan_codegen": ROOT / "codegen" / "mizan_codegen",
    "mizan_conformance": ROOT / "conformance" / "mizan_conformance",
}

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command} said:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist, as `python -m build` does."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's bin folder: the wheel and its base dependencies, nothing else."""
    home = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", home / "venv", cwd=home)
    pins = re.findall(
        r"^[a-z0-9-]+==[^ ]+", (ROOT / "requirements/demo.txt").read_text(), re.MULTILINE
    )
    (home / "pins.txt").write_text("\n".join(pins))
    bin_dir = home / "venv" / "bin"
    run(bin_dir / "python", "-m", "pip", "install", "-c", home / "pins.txt", wheel, cwd=home)
    return bin_dir


def tracked(folder: Path) -> set[str]:
    """Return the files that git tracks below a folder, relative to it."""
    return set(run("git", "ls-files", "-z", ".", cwd=folder).split("\0")) - {""}


def test_the_wheel_holds_the_packages_and_their_data(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for prefix, folder in (PACKAGES | DATA).items():
        wanted = {f"{prefix}/{name}" for name in tracked(folder)}
        assert wanted <= inside, sorted(wanted - inside)
    for package in PACKAGES:
        assert f"{package}/py.typed" in inside


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_metadata_says_what_it_is_and_what_it_runs_on(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        said = message_from_bytes(archive.read(name), policy=default)
        assert name.replace("METADATA", "licenses/LICENSE") in archive.namelist()
    named = said.get_all("Classifier") or []
    assert [each for each in named if each not in classifiers] == []
    assert named == sorted(named)
    assert {said["License-Expression"], said["Requires-Python"]} == {"Apache-2.0", ">=3.11"}
    assert said["Description-Content-Type"] == "text/markdown"
    assert said.get_content().startswith("# Mizan\n")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {*(said.get_all("Provides-Extra") or [])} == {*extras["optional-dependencies"]}
    locked = (ROOT / "requirements" / "dev.txt").read_text()
    tested = re.findall(r"^django==(\d+\.\d+)", locked, re.MULTILINE)
    assert [each.split(" :: ")[2:] for each in named if each.startswith("Framework :: Django")] == [
        [],
        *([each] for each in tested),
    ]


def test_the_command_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert "Usage: mizan" in run(installed / "mizan", "--help", cwd=tmp_path)
    assert "manifest" in run(installed / "mizan", "schema", "list", cwd=tmp_path)


def test_the_data_is_found_in_the_installed_package(installed: Path, tmp_path: Path) -> None:
    probe = (
        "from mizan import resources as r;"
        "import mizan_codegen, mizan_conformance;"
        "print(r.schema_dir(), r.vectors_dir(), r.requirements_dir(), sep='\\n')"
    )
    for line in run(installed / "python", "-c", probe, cwd=tmp_path).splitlines():
        assert Path(line).is_relative_to(installed.parent)
        assert Path(line).is_dir()
