"""docs/compatibility.md is true: what it calls public is exported where it says, and CHANGELOG.md
has the form that readers of changes know."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import mizan
from mizan import schemas

ROOT = Path(__file__).resolve().parent.parent
POLICY = (ROOT / "docs" / "compatibility.md").read_text("utf-8")
CHANGES = (ROOT / "CHANGELOG.md").read_text("utf-8")
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def table(title: str) -> dict[str, list[str]]:
    """Return the rows of the table of a chapter: the first cell's code, and the second's."""
    [chapter] = re.findall(rf"^### {title}\n(.*?)(?=^##|\Z)", POLICY, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", chapter, re.MULTILINE)
    return {first: re.findall(r"`([^`]+)`", rest) for first, rest in rows}


PYTHON = table("Python")
NPM = table("npm")


@pytest.mark.parametrize("module", PYTHON)
def test_a_module_has_the_names(module: str) -> None:
    names = PYTHON[module]
    found: Any = importlib.import_module(module)
    assert names == sorted(names)
    assert [name for name in names if not hasattr(found, name)] == []
    assert not any(inspect.ismodule(getattr(found, name)) for name in names)
    assert names == sorted(getattr(found, "__all__", names))


def test_a_module_that_says_what_it_exports_is_listed() -> None:
    """A package's own list of names is a promise; the packages that have none are named here."""
    promised = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "mizan").rglob("*.py")
        if re.search(r"^__all__ =", path.read_text("utf-8"), re.MULTILINE)
    }
    inner = {"mizan.django.graph", "mizan.edge_vcl", "mizan.openapi"}  # behind commands
    assert promised - inner <= PYTHON.keys()


def test_each_kind_of_document_has_its_module_of_models() -> None:
    for kind in schemas.kinds():
        importlib.import_module(f"mizan.models.{kind.replace('-', '_')}")


def test_the_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    [listed] = re.findall(
        r"The extras of the package are (.*?)\.$", POLICY, re.DOTALL | re.MULTILINE
    )
    assert re.findall(r"`(\w+)`", listed) == sorted(project["optional-dependencies"])


def packages() -> dict[str, dict[str, Any]]:
    found = [json.loads(path.read_text()) for path in (ROOT / "packages").glob("*/package.json")]
    return {each["name"]: each for each in found}


def test_the_npm_packages_have_the_entries() -> None:
    assert {name: list(each["exports"]) for name, each in packages().items()} == NPM


def test_all_packages_have_one_version_and_depend_on_it() -> None:
    version = re.sub(r"\.dev(\d+)$", r"-dev.\1", mizan.__version__)
    for each in packages().values():
        assert each["version"] == version, each["name"]
        assert {each.get("dependencies", {}).get(name, version) for name in NPM} == {version}


def test_the_options_and_fixtures_of_pytest_are_there(pytestconfig: pytest.Config) -> None:
    [listed] = re.findall(r"^- pytest: (.*?)\.$", POLICY, re.DOTALL | re.MULTILINE)
    guide = (ROOT / "docs" / "guides" / "testing.md").read_text("utf-8")
    options = re.findall(r"^\| `(--mizan-[\w-]+)` \|", guide, re.MULTILINE)
    assert all(pytestconfig.getoption(option, "none") != "none" for option in options)
    plugin = importlib.import_module("mizan.testing.pytest_plugin")
    fixtures = re.findall(r"`([a-z]\w+)`", listed)
    assert all(hasattr(plugin, name) for name in fixtures)
    assert (len(options), len(fixtures)) == (7, 2)


def test_the_changes_are_listed_by_release_and_kind() -> None:
    assert CHANGES.startswith("# Changelog\n")
    assert "(docs/compatibility.md)" in CHANGES
    titles = re.findall(r"^## (.*)$", CHANGES, re.MULTILINE)
    assert titles[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", each) for each in titles[1:])
    for chapter in re.split(r"^## ", CHANGES, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.*)$", chapter, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds]
