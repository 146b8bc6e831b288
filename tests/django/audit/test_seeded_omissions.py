"""The audit finds every omission that is seeded in a copy of the shop, and nothing in the shop.

Each run is the shop's own project in a process of its own: pytest with the option, then the command
on what that recorded.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from audit import seeds
from audit.traffic import TRAFFIC

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "MIZAN_TEST_DATABASE" in os.environ, reason="the copies have databases of their own"
    ),
]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the shop."""
    folder = tmp_path / "shop"
    ignored = shutil.ignore_patterns("frontend", "*.sqlite3", "__pycache__", ".pytest_cache")
    shutil.copytree(ROOT / "examples/shop", folder, ignore=ignored)
    return folder


def run(shop: Path, *command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "codegen")])
    kept = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PYTEST_ADDOPTS")
    environment = {name: value for name, value in os.environ.items() if name not in kept}
    environment = {
        name: value for name, value in environment.items() if not name.startswith("PYTEST_XDIST")
    }
    return subprocess.run(
        [sys.executable, *command],
        cwd=shop,
        env={**environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def seed(shop: Path, several: tuple[Any, ...]) -> None:
    """Put omissions into a copy, and their traffic beside its tests."""
    module = seeds.HEAD + "".join(each.code for each in several)
    (shop / seeds.MORE).write_text(module)
    imports = (shop / "store/mizan/__init__.py").read_text()
    (shop / "store/mizan/__init__.py").write_text(f"{imports}\nfrom store.mizan import more\n")
    for name, old, new in [patch for each in several for patch in each.patches]:
        path = shop / name
        text = path.read_text() if path.exists() else ""
        found = text.count(old) if old else 1
        assert found == 1, f"{name}: {old!r} is there {found} times: mend the seed"
        path.write_text(text.replace(old, new) if old else new)
    urls = (shop / seeds.URLS).read_text()
    line = "from store import views"
    (shop / seeds.URLS).write_text(urls.replace(line, f"{line}\nfrom store.mizan import more"))
    tests = "".join(f"    {each.test}\n" for each in several if each.test)
    head = "from django.core.management import call_command\nfrom store.mizan import more\n"
    text = TRAFFIC.replace("import json\n", f"import json\n{head}", 1)
    user = '    bo_id = User.objects.get(username="bo").pk\n'
    (shop / "tests/test_traffic.py").write_text(f"{text}{user}{tests}")


def audited(shop: Path, *tests: str) -> list[dict[str, Any]]:
    """Run tests with the option, and return the findings in what they recorded."""
    options = ("-q", "-x", "-p", "no:cacheprovider", "--mizan-audit-record=seen.json")
    done = run(shop, "-m", "pytest", *options, *tests)
    assert done.returncode == 0, done.stdout + done.stderr
    shown = run(shop, "manage.py", "mizan_audit", "--report", "seen.json", "--format", "json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)["findings"]


def place_of(shop: Path, file: str, name: str) -> str:
    """Return `file:line` of where a function, class or statement begins, decorators included."""
    if "(" in name:
        return line_of(shop, file, name)
    text = (shop / file).read_text()
    *outer, name = name.split(".")
    top: ast.AST = ast.parse(text)
    for each in outer:
        top = next(node for node in ast.walk(top) if getattr(node, "name", None) == each)
    for node in ast.walk(top):
        if getattr(node, "name", None) == name:
            lines = [each.lineno for each in (*node.decorator_list, node)]
            return f"{file}:{min(lines)}"
    raise AssertionError(f"{file} has no {name}: mend the seed")


def line_of(shop: Path, file: str, part: str) -> str:
    """Return `file:line` of the line with a text."""
    lines = (shop / file).read_text().splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if part in line]
    return f"{file}:{number}"


def test_there_are_forty() -> None:
    assert sum(len(group) for group in seeds.GROUPS.values()) >= 40
    names = [each.what for group in seeds.GROUPS.values() for each in group]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("group", seeds.GROUPS)
def test_each_omission_is_found_where_it_is(shop: Path, group: str) -> None:
    several = seeds.GROUPS[group]
    seed(shop, several)
    found = {
        (each["kind"], each["writer"], each["context"]): each
        for each in audited(shop, "tests/test_traffic.py")
    }
    expected = {
        (each.kind, each.writer, each.context): each
        for omission in several
        for each in omission.expected
    }
    wrong = [f"missing: {key}" for key in expected.keys() - found.keys()]
    wrong += [f"false alarm: {key}: {found[key]}" for key in found.keys() - expected.keys()]
    for key in expected.keys() & found.keys():
        finding, each = found[key], expected[key]
        if finding["where"] != place_of(shop, *each.of):
            wrong.append(f"{key}: {finding['where']} is not {place_of(shop, *each.of)}")
        sites = {line_of(shop, *site) for site in each.sites} or {""}
        if finding["site"] not in sites:
            wrong.append(f"{key}: written at {finding['site']}, not at {sites}")
        if not finding["add"]:
            wrong.append(f"{key}: no line to add")
    assert not wrong, "\n".join(wrong)


def test_there_is_no_false_alarm_in_the_traffic(shop: Path) -> None:
    seed(shop, ())
    assert audited(shop, "tests/test_traffic.py") == []


def test_there_is_no_false_alarm_in_the_shops_own_tests(shop: Path) -> None:
    others = "not walkthrough and not project and not scripts"  # those need what is not copied
    options = ("-q", "-p", "no:cacheprovider", "-n", "2", "--mizan-audit-check", "-k", others)
    done = run(shop, "-m", "pytest", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n0 findings." in done.stdout
