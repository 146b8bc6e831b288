"""docs/security.md held to the code: the tests that it names exist, its limits are the code's.

And what no single module can show: how secrets are compared, and that nothing stored is run.
"""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mizan.django import cache_settings, conf, event_settings

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "security.md"
VECTORS = ROOT / "conformance" / "vectors" / "v1"
SOURCES = [ROOT / "mizan", ROOT / "codegen", ROOT / "conformance" / "mizan_conformance"]
KEYS = {
    "MIZAN_CACHE": cache_settings.KEYS,
    "MIZAN_EVENTS": event_settings.KEYS,
    "": {each.name: each for each in conf.SETTINGS},
}


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the table below a heading, without its head."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@cache
def vector_ids() -> frozenset[str]:
    found = [json.loads(file.read_text(encoding="utf-8")) for file in VECTORS.glob("*.json")]
    return frozenset(each["id"] for file in found for each in file["vectors"])


@cache
def functions_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef))


def exists(name: str) -> bool:
    """Tell whether a test is there: a node id of pytest, a file of vitest and a name, a vector."""
    file, _, test = name.partition("::")
    path = ROOT / file
    if not path.is_file():
        return name in vector_ids()
    if path.suffix == ".py":
        return path.name.startswith("test_") and (not test or test in functions_of(path))
    texts = path.read_text(encoding="utf-8")
    return path.name.endswith((".test.ts", ".test.tsx")) and json.dumps(test)[1:-1] in texts


@pytest.mark.parametrize("heading", ["Threats", "Limits"])
def test_each_row_names_tests_that_exist(heading: str) -> None:
    table = rows(heading)
    assert len(table) > 30
    bare = [row[0] for row in table if not names_in(row[-1])]
    missing = [(row[0], name) for row in table for name in names_in(row[-1]) if not exists(name)]
    assert not bare, f"without a test: {bare}"
    assert not missing, missing


def test_threats_are_numbered() -> None:
    numbers = [row[0] for row in rows("Threats")]
    assert numbers == [f"T{number:02}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_security.py::test_what_is_not_there",
        "tests/conftest.py",
        "packages/edge/test/node.test.ts::what no test is called",
        "token-verify/what-is-not-there",
    ],
)
def test_a_test_that_is_not_there_is_missed(name: str) -> None:
    assert not exists(name)


def limit_of(where: str) -> float | None:
    """Return the number in the code that a row names; None where it is not one of ours."""
    if found := re.fullmatch(r'(MIZAN_\w+)(?:\["(\w+)"\])?', where):
        name, key = found.groups()
        default = KEYS[name][key].default if key else KEYS[""][name].default
        return float(default)
    if found := re.fullmatch(r"([a-z_.]+):(\w+)", where):
        return float(getattr(importlib.import_module(found[1]), found[2]))
    return None


def test_limits_are_those_of_the_code() -> None:
    compared = 0
    for what, said, where, *_ in rows("Limits"):
        (name, *_) = names_in(where) or [""]
        limit = limit_of(name)
        if limit is not None:
            compared += 1
            assert float(said.split(" ")[0].replace(",", "")) == limit, what
    assert compared > 25


def test_every_limit_of_a_setting_is_listed() -> None:
    """Bounds of settings that count bytes, streams, entries or instances."""
    listed = {name for row in rows("Limits") for name in names_in(row[2])}
    wanted = {
        f'{of}["{key}"]'
        for of in ("MIZAN_CACHE", "MIZAN_EVENTS")
        for key in KEYS[of]
        if key.startswith(("MAX_", "PER_"))
    } | {"MIZAN_BODY_LIMIT"}
    assert wanted <= listed


# What holds a secret, or is made with one, by the words of its name.
_SECRET = re.compile(r"(?i)(^|_)(secret|signature|hmac|mac|digest|password|purge_token)(s|$|_)")
# A digest of what everybody may see, in which nobody guesses.
_PUBLIC = {
    "mizan/edge/answers.py": "of the body that an edge answered",
    "conformance/mizan_conformance/fuzz_http/server.py": "of a client schema",
    "conformance/mizan_conformance/http/every.py": "of a client schema",
    "mizan/django/cache_settings.py": "the secrets of one site, with each other",
    "mizan/django/conf.py": "the secrets of one site, with each other",
}


def comparisons(tree: ast.AST) -> Iterator[ast.Compare]:
    """Yield where something named as a secret is compared by its value."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare):
            continue
        kinds = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
        sides = [node.left, *node.comparators]
        if any(isinstance(each, ast.Constant) for each in sides):
            continue  # with what the code says itself
        if isinstance(node.ops[0], kinds) and any(_is_secret(each) for each in sides):
            yield node


def _is_secret(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        node = node.func
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(_SECRET.search(name))


def modules() -> Iterator[tuple[str, ast.Module]]:
    for folder in SOURCES:
        for path in sorted(folder.rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def test_secrets_are_compared_in_constant_time() -> None:
    found = [
        f"{name}:{each.lineno}: {ast.unparse(each)}"
        for name, tree in modules()
        if name not in _PUBLIC
        for each in comparisons(tree)
    ]
    assert not found, "compare these by hmac.compare_digest:\n" + "\n".join(found)
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in sorted(ROOT.glob("packages/*/src/**/*.ts"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(
            r"(?i)\b\w*(?:secret|signature|purgeToken|hmac)\b *[!=]== *[a-z.]*[a-z]\b", line
        )
        and not re.search(r"[!=]== *(?:null|undefined|\")", line)
    ]
    assert not found, "compare these by crypto.subtle.verify:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("if signature == expected: pass", True),
        ("ok = request.secret != given", True),
        ("ok = given in token_secrets()", True),
        ("ok = mac(data) == given", True),
        ("ok = hmac.compare_digest(signature, expected)", False),
        ("ok = kind == 'signature'", False),
        ("ok = signature is None", False),
    ],
)
def test_a_comparison_is_found(source: str, is_found: bool) -> None:
    assert bool(list(comparisons(ast.parse(source)))) is is_found


def test_nothing_unpickles_or_evaluates() -> None:
    forbidden = {"pickle", "cPickle", "marshal", "shelve", "dill", "yaml", "xml.etree", "telnetlib"}
    calls = {"eval", "exec", "compile", "__import__"}
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            imported = [
                each.name for each in getattr(node, "names", []) if isinstance(each, ast.alias)
            ]
            if isinstance(node, ast.Import | ast.ImportFrom) and forbidden & {*imported}:
                found.append(f"{name}:{node.lineno}: imports {imported}")
            elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in calls:
                found.append(f"{name}:{node.lineno}: {ast.unparse(node)[:60]}")
    assert not [each for each in found if not each.startswith("conformance/")], found
