"""Types as trees, and how prettier writes them.

Invariant: `flat` is one line; what is too long for one line gets a name of its own (`Shorten`), so
only declarations are broken.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mizan_codegen.client.text import WIDTH, width


@dataclass(frozen=True, slots=True)
class Atom:
    """A keyword, a literal (`hugs` is false) or the name of a type."""

    text: str
    hugs: bool = False


@dataclass(frozen=True, slots=True)
class Union:
    """One of several, at least two."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Both:
    """All of several names of types, at least two."""

    items: tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """An array."""

    item: "Node"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A tuple: the first `required` items must be there, others follow as `rest` allows."""

    items: tuple["Node", ...]
    required: int
    rest: "Node | None"


@dataclass(frozen=True, slots=True)
class Map:
    """An object by name; with `keys` of these names alone, each of which may be absent."""

    value: "Node"
    keys: "Node | None" = None


Node = Atom | Union | Both | Many | Fixed | Map
# A node, the columns it may take, and what to name it if it takes more -> its text.
Shorten = Callable[[Node, int, str], str]

MAX_KEYS = 40
UNKNOWN, NEVER, NULL = Atom("unknown"), Atom("never"), Atom("null")
UNDEFINED = Atom("undefined")


def union(items: list[Node]) -> Node:
    """Return one of the items: each once, what is no value last, nothing beside `unknown`."""
    parts = [part for item in items for part in (item.items if isinstance(item, Union) else [item])]
    once = list(dict.fromkeys(part for part in parts if part not in (NEVER, NULL, UNDEFINED)))
    once += [part for part in (NULL, UNDEFINED) if part in parts]
    if UNKNOWN in once:
        return UNKNOWN
    if not once:
        return NEVER
    return Union(tuple(once)) if len(once) > 1 else once[0]


def flat(node: Node) -> str:
    """Return a type on one line."""
    match node:
        case Atom(text):
            return text
        case Union(items):
            return " | ".join(_inside(item, Both) for item in items)
        case Both(items):
            return " & ".join(item.text for item in items)
        case Many(item):
            return f"{_inside(item, Union, Both)}[]"
        case Fixed():
            return f"[{', '.join(_items(node, lambda item, _: _inside(item)))}]"
        case Map(value):
            return f"{{ {_key(node, flat(node.keys) if node.keys else '')}: {flat(value)} }}"


def _inside(node: Node, *wrapped: type) -> str:
    return f"({flat(node)})" if isinstance(node, wrapped) else flat(node)


def _items(node: Fixed, write: Callable[[Node, int], str]) -> list[str]:
    """Return the items of a tuple; `write` is told how many columns the marks take."""
    texts = []
    for place, item in enumerate(node.items):
        if place < node.required:
            texts.append(write(item, 0))
        else:
            text = write(item, 3)
            wrapped = isinstance(item, Union | Both) and text == flat(item)
            texts.append(f"({text})?" if wrapped else f"{text}?")
    if node.rest is not None:
        rest = Many(node.rest)
        texts.append(f"...{write(rest, 3)}")
    return texts


def _key(node: Map, keys: str) -> str:
    return f"[Key in {keys}]?" if node.keys else "[key: string]"


def declare(name: str, node: Node, shorten: Shorten) -> str:
    """Return the declaration of a type that is no interface."""
    head = f"export type {name} ="
    line = f"{head} {flat(node)};\n"
    if width(line) <= WIDTH + 1:
        return line
    match node:
        case Fixed():
            items = _items(
                node, lambda item, marks: shorten(item, WIDTH - 3 - marks, f"{name}Item")
            )
            line = f"{head} [{', '.join(items)}];\n"  # the items may be shorter now
            broken = f"{head} [\n" + "".join(f"  {each},\n" for each in items) + "];\n"
            return line if width(line) <= WIDTH + 1 else broken
        case Map():
            return f"{head} {_lines(node, shorten, name)};\n"
        case Union((Map() as only, rest)) if rest in (NULL, UNDEFINED):
            return f"{head} {_lines(only, shorten, name)} | {flat(rest)};\n"
        case Both(items):
            own_line = width(f"{head} {items[0].text} &") > WIDTH
            if own_line and width(flat(node)) + 3 <= WIDTH:
                return f"{head}\n  {flat(node)};\n"
            start, then = ("\n  ", " &\n    ") if own_line else (" ", " &\n  ")
            return head + start + then.join(item.text for item in items) + ";\n"
        case Union(items) if width(flat(node)) + 3 > WIDTH and not _hugs(node):
            return _broken(head, [_option(item, shorten, name) for item in items])
        case Many(item) if not isinstance(item, Atom):
            return declare(name, Many(Atom(shorten(item, 0, f"{name}Item"))), shorten)
        case _:
            return f"{head}\n  {flat(node)};\n"


def _lines(node: Map, shorten: Shorten, name: str) -> str:
    """Return a map with its member on a line of its own."""
    key = _key(node, shorten(node.keys, MAX_KEYS, f"{name}Key") if node.keys else "")
    text = shorten(node.value, WIDTH - 5 - width(key), f"{name}Value")
    return f"{{\n  {key}: {text};\n}}"


def _broken(head: str, options: list[str]) -> str:
    line = f"{' | '.join(options)};\n"  # the options may be shorter now
    for start in (f"{head} ", f"{head}\n  "):
        if width(start.rpartition("\n")[2] + line) <= WIDTH + 1:
            return start + line
    return f"{head}\n" + "\n".join(f"  | {each}" for each in options) + ";\n"


def _option(item: Node, shorten: Shorten, name: str) -> str:
    text = shorten(item, WIDTH - 7, f"{name}Option")
    return f"({text})" if isinstance(item, Both) and text == flat(item) else text


def _hugs(node: Union) -> bool:
    """Tell whether a union is a name or null, which prettier never breaks."""
    others = [item for item in node.items if item not in (NULL, UNDEFINED)]
    return len(others) == 1 and isinstance(others[0], Atom) and others[0].hugs
