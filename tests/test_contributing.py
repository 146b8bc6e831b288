"""CONTRIBUTING.md is true: what it names is there, its examples are right, its tables are whole."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.python_ops import OPERATIONS
from mizan_conformance.vectors import load_topics

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
WHERE = {"mizan", "packages", "docs", "examples", "benchmarks", "requirements", "conformance"}
WHERE |= {"schema", "scripts", "tests", "codegen", "fuzz", ".ci"}
TO_BE_WRITTEN = re.compile(r"NAME|TOPIC|MODULE|…|RESULTS|results/|\*")


def block(language: str) -> str:
    [found] = re.findall(rf"^ *```{language}\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def paths() -> list[str]:
    named = re.findall(r"`([^` ]+/[^` ]*)`", GUIDE)
    return sorted({each for each in named if each.split("/")[0] in WHERE})


@pytest.mark.parametrize("path", [each for each in paths() if not TO_BE_WRITTEN.search(each)])
def test_a_path_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_each_script_is_named() -> None:
    scripts = {path.name for path in (ROOT / "scripts").iterdir() if os.access(path, os.X_OK)}
    assert {f"scripts/{name}" for name in scripts} <= {*re.findall(r"scripts/[\w-]+", GUIDE)}


def test_each_generated_file_is_in_the_table() -> None:
    """What a generator writes says so at its head; a template of such a file does, too."""
    listed = re.findall(r"^\| `([\w./*-]+)`.*\|.*\|.*\|$", GUIDE, re.MULTILINE)
    grep = ["git", "grep", "-lE", r"^(#|//|/\*\*?|<!--| \*) ?GENERATED"]
    found = subprocess.run(grep, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert len(found.splitlines()) > 20
    parents = tuple(each for each in listed if each.endswith(("/", ".md")))
    files = [each for each in found.splitlines() if "/templates/" not in each]
    assert [each for each in files if not each.startswith(parents)] == []


def test_the_vector_is_right() -> None:
    vector: dict[str, Any] = json.loads(block("json"))
    name = vector["id"].split("/")[0]
    [topic] = [each for each in load_topics() if each.name == name]
    assert OPERATIONS[topic.op](vector["input"]) == vector["expect"]["ok"]
    assert {*vector["flags"]} <= json.loads(topic.path.read_text("utf-8"))["flags"].keys()
    assert vector["neighbour"] in {each.id for each in topic.vectors}


def test_the_mutant_is_one_of_the_suite() -> None:
    [mutant] = tomllib.loads(block("toml"))["mutant"]
    file = ROOT / "conformance" / "ports" / "broken" / "mutants" / "guards.toml"
    [known] = [e for e in tomllib.loads(file.read_text())["mutant"] if e["id"] == mutant["id"]]
    assert {**mutant, "requirements": known["requirements"]} == known
    assert {*known["requirements"]} < {*mutant["requirements"]}
