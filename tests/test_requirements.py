"""The locked requirements are whole: pinned, hashed, without an address, and of one mind."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(path.stem for path in REQUIREMENTS.glob("*.in"))


def wanted(name: str) -> set[str]:
    """Return the package names that `NAME.in` asks for, without those of included files."""
    lines = (REQUIREMENTS / f"{name}.in").read_text().splitlines()
    return {re.split(r"[\[<>=~]", line)[0] for line in lines if line[:1].isalpha()}


def locked(name: str) -> dict[str, set[str]]:
    """Return the versions that `NAME.txt` pins, by package; markers may select among them."""
    pins: dict[str, set[str]] = {}
    for package, version in re.findall(
        r"^([a-z0-9-]+)==(\S+)", (REQUIREMENTS / f"{name}.txt").read_text(), re.MULTILINE
    ):
        pins.setdefault(package, set()).add(version)
    return pins


@pytest.mark.parametrize("name", LOCKS)
def test_everything_asked_for_is_locked(name: str) -> None:
    assert wanted(name) <= locked(name).keys()


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash_and_nothing_has_an_address(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    pins = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(pins) >= len(locked(name))
    assert all("--hash=sha256:" in pin for pin in pins)
    assert "://" not in text


def test_demo_and_dev_pin_the_same_versions() -> None:
    dev = locked("dev")
    assert {name: dev.get(name) for name in locked("demo")} == locked("demo")


def test_a_release_is_built_with_the_versions_that_the_tests_use() -> None:
    dev, release = locked("dev"), locked("release")
    assert {"build", "hatchling"} <= dev.keys() & release.keys()
    assert all(dev[name] == release[name] for name in ("build", "hatchling"))


def test_the_demo_holds_every_base_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base = {re.split(r"[\[<>=~]", line)[0] for line in project["dependencies"]}
    assert base <= wanted("demo")


def test_dev_holds_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    named = {re.split(r"[\[<>=~]", line)[0] for group in extras.values() for line in group}
    assert named - {"mizan-protocol"} <= locked("dev").keys()
