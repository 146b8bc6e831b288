"""The graph as lines of text, and as a Mermaid flow chart."""

from __future__ import annotations

from collections.abc import Iterable

from mizan.django.graph.model import Graph, Mutation, Shown


def text(graph: Graph) -> str:
    """Return the graph as lines: each mutation with what it makes stale, then what nothing does."""
    blocks = [_block(each) for each in graph.mutations]
    if graph.untouched or not blocks:
        blocks.append(graph.note)
    return "\n\n".join(blocks) + "\n"


def _block(mutation: Mutation) -> str:
    marks = f"  ({', '.join(mutation.marks)})" if mutation.marks else ""
    lines = [f"{mutation.name}{marks}"]
    lines += [f"  -> {each.target}  ({each.extent})" for each in mutation.effects]
    return "\n".join(lines)


def mermaid(graph: Graph) -> str:
    """Return a Mermaid flow chart, as GitHub and other renderers show it."""
    numbers = {each.name: f"c{number}" for number, each in enumerate(graph.contexts)}
    lines = ["flowchart LR"]
    for number, mutation in enumerate(graph.mutations):
        lines.append(f"  m{number}[{_label([mutation.name, *mutation.marks])}]")
    lines += [f"  {numbers[each.name]}([{_label(_lines(each))}])" for each in graph.contexts]
    for number, mutation in enumerate(graph.mutations):
        for each in mutation.effects:
            function = f"{each.function}: " if each.function else ""
            arrow = f"-->|{_label([function + each.extent])}|"
            lines.append(f"  m{number} {arrow} {numbers[each.context]}")
    return "\n".join(lines) + "\n"


def _lines(context: Shown) -> list[str]:
    """Return a context's name with its parameters, and its functions."""
    return [f"{context.name}({', '.join(context.parameters)})", *context.functions]


def _label(lines: Iterable[str]) -> str:
    """Return lines as a quoted label; what means something to Mermaid or HTML becomes a code."""
    escaped = [
        "".join(
            each if each.isalnum() or each in " _.,:/-()" else f"#{ord(each)};" for each in line
        )
        for line in lines
    ]
    return '"' + "<br/>".join(escaped) + '"'
