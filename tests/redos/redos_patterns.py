"""Every pattern of the Python tree, of the schemas and of the VCL that is made.

Calls of `re` are found in the source, and their first argument is evaluated in the module, so that
patterns made of constants are read as they are compiled.
Invariant: a call whose pattern is not known before the program runs is in MADE_LATE, with the
reason why nobody can make it slow; any other is an error.
"""

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from redos_javascript import translated

from mizan.edge_vcl.render import Options, render

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = {
    "mizan": ROOT / "mizan",
    "mizan_codegen": ROOT / "codegen" / "mizan_codegen",
    "mizan_conformance": ROOT / "conformance" / "mizan_conformance",
}
MANIFEST = ROOT / "schema" / "v1" / "examples" / "manifest" / "valid" / "user.json"
CALLS = {"compile", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"}

MADE_LATE = {
    "mizan.edge.resources": "routes of the server's own manifest, as names and `[^/?]+`",
    "mizan.protocol.coerce": "the table schema/v1/coercion.json, which is read below",
    "mizan.schemas": "the schemas, which are read below",
    "mizan_conformance.fuzz_http.values": "schemas of the server under test, to draw by",
    "mizan_conformance.http.judge": "cases of the suite",
    "mizan_conformance.mutations": "a list of this tree, matched against names of this tree",
}
"""module -> what its patterns are made of when the program runs."""

_VCL = re.compile(r'(?:~|regsub(?:all)?\((?:[^,()]|\([^()]*\))+,)\s*(?:\{"(.*?)"\}|"([^"]*)")')


class Pattern(NamedTuple):
    """Where a pattern is (module and name, file, or the VCL that is made), and what JavaScript
    may search for in its place."""

    where: str
    sources: list[str]
    flags: str


class NotKnown(Exception):  # noqa: N818 (a state of a call)
    """What a call compiles is not known before the program runs."""


def every() -> Iterator[Pattern]:
    """Yield all patterns but those of TypeScript. Raises NotKnown for one that cannot be read."""
    for package, folder in SOURCES.items():
        for path in sorted(folder.rglob("*.py")):
            if "re." in (text := path.read_text(encoding="utf-8")):
                name = ".".join((package, *path.relative_to(folder).with_suffix("").parts))
                yield from of_module(name.removesuffix(".__init__"), text)
    yield from of_schemas()
    yield from of_vcl()


def of_module(name: str, text: str) -> Iterator[Pattern]:
    """Yield the patterns that a module gives to `re`."""
    tree = ast.parse(text)
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and _is_of_re(each)]
    module = importlib.import_module(name) if calls else None
    for call in calls:
        assigned = next(_names_of(call, tree), None)
        where = f"{name}:{assigned or call.lineno}"
        try:
            pattern, flags = _arguments(call, module)
        except NameError:
            if name in MADE_LATE:
                continue
            raise NotKnown(f"{where}: made when the program runs: see MADE_LATE") from None
        for method in _methods(call, tree):
            yield Pattern(where, *translated(pattern, flags, method))


def of_schemas() -> Iterator[Pattern]:
    """Yield the patterns of the published schemas and of the table of coercions."""
    for path in sorted((ROOT / "schema").rglob("*.json")):
        where = str(path.relative_to(ROOT))
        for pattern in _members(json.loads(path.read_text(encoding="utf-8")), "pattern"):
            yield Pattern(where, *translated(pattern, 0, "search"))


def of_vcl() -> Iterator[Pattern]:
    """Yield the patterns of the VCL that is made of a manifest."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    text = render(manifest, Options(purge_token_file="/token"))
    for found in _VCL.finditer(text.replace('~ " +', "")):  # but not an expression of a ban
        # Groups that share numbers make a difference only where a text is put together.
        pattern = (found[1] or found[2]).replace("(?|", "(?:")
        yield Pattern(f"VCL: {pattern[:40]}", *translated(pattern, 0, "search"))


def _is_of_re(call: ast.Call) -> bool:
    """Tell whether a call is of `re` itself, with a pattern."""
    of = call.func
    return (
        isinstance(of, ast.Attribute)
        and isinstance(of.value, ast.Name)
        and of.value.id == "re"
        and of.attr in CALLS
    )


def _arguments(call: ast.Call, module: ModuleType | None) -> tuple[str, int]:
    """Return pattern and flags of a call of `re`. Raises NameError where they are not constant."""
    pattern = _value(call.args[0], module)
    given = [*call.args[1:], *(each.value for each in call.keywords if each.arg == "flags")]
    flags = [_value(each, module) for each in given if ast.unparse(each).startswith("re.")]
    text = pattern.decode("latin-1") if isinstance(pattern, bytes) else pattern
    return text, int(flags[0]) if flags else 0


def _value(node: ast.expr, module: ModuleType | None) -> Any:
    code = compile(ast.Expression(node), "<pattern>", "eval")
    return eval(code, dict(vars(module)) if module else {})  # noqa: S307 (source of this tree)


def _methods(call: ast.Call, tree: ast.Module) -> set[str]:
    """Return how a pattern is used: as the call says, or as its name is asked to."""
    assert isinstance(call.func, ast.Attribute)
    if call.func.attr != "compile":
        return {call.func.attr}
    attributes = [each for each in ast.walk(tree) if isinstance(each, ast.Attribute)]
    at_once = {each.attr for each in attributes if each.value is call}
    names = {*_names_of(call, tree)}
    later = {
        each.attr
        for each in attributes
        if isinstance(each.value, ast.Name) and each.value.id in names
    }
    return ((at_once | later) & CALLS) or {"search"}


def _names_of(call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """Yield the names that what a call returns, or a method of that, is assigned to."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
            value = each.value.value if isinstance(each.value, ast.Attribute) else each.value
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            if value is call:
                yield from (target.id for target in targets if isinstance(target, ast.Name))


def _members(value: Any, name: str) -> Iterator[str]:
    """Yield the texts of all members of that name, however deep."""
    if isinstance(value, dict):
        if isinstance(value.get(name), str):
            yield value[name]
        for each in value.values():
            yield from _members(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _members(each, name)
