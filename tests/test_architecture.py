"""docs/architecture.md held to the code: import arrows, module size, one test module per module."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {
    "mizan": ROOT / "mizan",
    "mizan_codegen": ROOT / "codegen" / "mizan_codegen",
    "mizan_conformance": ROOT / "conformance" / "mizan_conformance",
    "mizan_docs": ROOT / "docs" / "mizan_docs",
}
TESTS = {
    "mizan": ROOT / "tests",
    "mizan_codegen": ROOT / "tests" / "codegen",
    "mizan_conformance": ROOT / "tests" / "conformance",
    "mizan_docs": ROOT / "tests" / "docs",
}
GENERATED = ROOT / "mizan" / "models"
MAX_LINES = 320

# unit -> the units that it may import; a unit is a part of `mizan` or another package.
CORE = {"mizan.errors", "mizan.models", "mizan.pointer", "mizan.resources"}
ARROWS: dict[str, set[str]] = {
    "mizan": set(),
    "mizan.pointer": set(),
    "mizan.resources": set(),
    "mizan.errors": {"mizan.resources"},
    "mizan.models": set(),
    "mizan.schemas": CORE,
    "mizan.compat": {"mizan.pointer"},
    "mizan.protocol": CORE,
    "mizan.cache.base": set(),
    "mizan.cache": CORE | {"mizan.cache.base", "mizan.protocol"},
    "mizan.events.base": {"mizan.protocol"},
    "mizan.events": CORE
    | {"mizan.cache", "mizan.cache.base", "mizan.events.base"}
    | {"mizan.protocol"},
    "mizan.edge": CORE | {"mizan.protocol"},
    "mizan.edge_vcl": {"mizan.protocol"},
    "mizan.server": CORE | {"mizan.cache.base", "mizan.events.base", "mizan.protocol"},
    "mizan.django": CORE
    | {
        "mizan.cache",
        "mizan.cache.base",
        "mizan.edge",
        "mizan.events",
        "mizan.events.base",
        "mizan.protocol",
    }
    | {"mizan.openapi", "mizan.schemas", "mizan.server", "mizan_codegen"},
    "mizan.openapi": {"mizan.resources"},
    "mizan.testing": CORE | {"mizan.django", "mizan.protocol", "mizan.schemas", "mizan.server"},
    "mizan.mwt": {"mizan.django"},
    "mizan_codegen": set(),
    "mizan_conformance": CORE | {"mizan", "mizan.protocol", "mizan.schemas", "mizan.testing"},
    "mizan_docs": CORE | {"mizan", "mizan.cli", "mizan.django", "mizan.events", "mizan.server"},
    "mizan.__main__": {"mizan.cli"},
    "mizan.cli": CORE
    | {
        "mizan",
        "mizan.compat",
        "mizan.edge_vcl",
        "mizan.protocol",
        "mizan.schemas",
        "mizan.testing",
    }
    | {"mizan_codegen", "mizan_conformance"},
}

# Heavy or optional packages -> the only units that may import them.
CONFINED = {
    "asgiref": {"mizan.server", "mizan.django", "mizan.testing"},
    "botocore": {"mizan.edge"},
    "click": {"mizan.cli", "mizan_docs"},
    "cryptography": {"mizan.protocol", "mizan_conformance"},
    "datamodel_code_generator": {"mizan_codegen"},
    "django": {"mizan.django", "mizan.testing", "mizan_docs"},
    "hypothesis": {"mizan.testing", "mizan_conformance"},
    "jsonschema": {"mizan.schemas", "mizan.testing", "mizan_conformance"},
    "jwt": {"mizan.protocol", "mizan_conformance"},
    "libcst": {"mizan_conformance"},
    "mutmut": {"mizan_conformance"},
    "orjson": {"mizan.protocol"},
    "prometheus_client": {"mizan.django"},
    "pytest": {"mizan.testing", "mizan_conformance"},
    "redis": {"mizan.cache", "mizan.events"},
    "urllib3": {"mizan.edge"},
}

# What would let a clock, a process or the network into the pure core.
IMPURE = {
    "asyncio", "http", "io", "logging", "os", "random", "secrets", "select", "signal", "socket",
    "subprocess", "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip

# module -> why it has no test module of its own
UNMIRRORED = {
    "mizan.__main__": "one call; the tests of the command line start `python -m mizan`",
}

Import = tuple[str, int]


def modules() -> Iterator[tuple[str, Path]]:
    """Yield (dotted name, path) of every hand-written module."""
    for package, folder in SOURCES.items():
        for path in sorted(folder.rglob("*.py")):
            if not path.is_relative_to(GENERATED):
                parts = path.relative_to(folder).with_suffix("").parts
                yield ".".join((package, *parts)), path


def unit_of(module: str) -> str:
    """Return the unit a dotted name belongs to: `mizan.protocol` of `mizan.protocol.header`."""
    for base in ("mizan.cache.base", "mizan.events.base"):  # all that the server may know of these
        if f"{module}.".startswith(f"{base}."):
            return base
    parts = module.removesuffix(".__init__").split(".")
    return ".".join(parts[:2]) if parts[0] == "mizan" else parts[0]


def imports_of(module: str, source: str) -> Iterator[Import]:
    """Yield (absolute dotted name, line) of everything imported anywhere in the source."""
    package = module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            yield from ((f"{origin}.{alias.name}", node.lineno) for alias in node.names)


def known_unit(name: str) -> str:
    """Return the unit of an imported name; a name of the package itself is `mizan`."""
    unit = unit_of(name)
    is_part = (ROOT / unit.replace(".", "/")).exists() or unit in ARROWS
    is_module = (ROOT / (unit.replace(".", "/") + ".py")).exists()
    return unit if is_part or is_module else unit.split(".", maxsplit=1)[0]


def violations(module: str, source: str) -> list[str]:
    """Return a line for each import of the module that docs/architecture.md does not allow."""
    unit = unit_of(module)
    if unit not in ARROWS:
        return [f"{module}: a new part: give it a row in ARROWS and in docs/architecture.md"]
    found = []
    for name, line in imports_of(module, source):
        root = name.split(".")[0]
        target = known_unit(name)
        if root in SOURCES and target not in ARROWS[unit] | {unit}:
            found.append(f"{module}:{line} imports {name}: {unit} may not import {target}")
        if root in CONFINED and unit not in CONFINED[root]:
            found.append(f"{module}:{line} imports {name}: only {sorted(CONFINED[root])} may")
        if unit == "mizan.protocol" and (root in IMPURE or name in IMPURE):
            found.append(f"{module}:{line} imports {name}: mizan.protocol is pure")
    return found


def test_imports_follow_the_arrows() -> None:
    found = [line for module, path in modules() for line in violations(module, path.read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("mizan.protocol.url", "import mizan.cli.main", "may not import mizan.cli"),
        ("mizan.protocol.url", "from ..cli import main", "may not import mizan.cli"),
        ("mizan.protocol.url", "def f():\n    from mizan import testing", "may not import"),
        ("mizan_codegen.write", "from mizan import resources", "may not import mizan.resources"),
        ("mizan_codegen.write", "from mizan import __version__", "may not import mizan"),
        ("mizan.protocol.url", "import time", "is pure"),
        ("mizan.protocol.url", "from urllib import request", "is pure"),
        ("mizan.protocol.url", "import django.http", "only"),
        ("mizan.errors", "from mizan.protocol import url", "may not import mizan.protocol"),
        ("mizan.server.draft", "from mizan.cache import memory", "may not import mizan.cache"),
        ("mizan.brand_new", "", "a new part"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str, complaint: str) -> None:
    (found,) = violations(module, source)
    assert complaint in found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("mizan.protocol.url", "from . import canonical\nfrom ..errors import WireError"),
        ("mizan.cli.main", "from mizan import __version__\nimport click"),
        ("mizan_conformance.run", "from mizan.protocol import header\nimport time"),
    ],
)
def test_a_right_import_passes(module: str, source: str) -> None:
    assert violations(module, source) == []


def test_no_pattern_has_a_possessive_group() -> None:
    """Before Python 3.11.5 such a group may end in the wrong place; of one character it is fine."""
    found = [name for name, path in modules() if re.search(r"\)[*+?}]\+", path.read_text())]
    assert not found


def test_modules_are_short() -> None:
    long = {
        name: lines
        for name, path in modules()
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert not long, f"split these, over {MAX_LINES} lines: {long}"


def is_bare(path: Path) -> bool:
    """Tell whether a module only says what its package is and re-exports names."""
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    return all(isinstance(node, allowed) for node in ast.parse(path.read_text()).body)


def mirror(module: str) -> Path:
    """Return the path of a module's test module: private modules drop their underscore."""
    package, *folders, name = module.split(".")
    if name == "__init__":
        folders, name = folders[:-1], folders[-1] if folders else "init"
    return TESTS[package].joinpath(*folders, f"test_{name.strip('_')}.py")


def test_every_module_has_its_test_module() -> None:
    missing = {
        name: str(mirror(name).relative_to(ROOT))
        for name, path in modules()
        if name not in UNMIRRORED
        and not (path.name == "__init__.py" and is_bare(path))
        and not mirror(name).is_file()
    }
    assert not missing, "\n".join(f"{name}: no {path}" for name, path in missing.items())


def test_the_exceptions_are_not_stale() -> None:
    names = {name for name, _ in modules()}
    assert not [name for name in UNMIRRORED if name not in names or mirror(name).is_file()]


def test_the_tables_name_only_what_exists() -> None:
    assert sys.stdlib_module_names >= {name.split(".")[0] for name in IMPURE}
    assert set().union(*ARROWS.values()) <= ARROWS.keys()
