"""The targets of a mutation (SPEC.md, section 7.2).

Invariant: a target may be broader than what changed, never narrower.
"""

from collections.abc import Iterable, Mapping

from mizan.errors import DeclarationError, MizanError, show
from mizan.protocol.coerce import coerce
from mizan.protocol.declarations import Catalog, Document, Effect, read_declarations
from mizan.protocol.targets import Target, canonical_set
from mizan.protocol.values import JsonValue


def mutation_targets(
    declarations: Document | Catalog,
    function: str,
    args: Mapping[str, JsonValue],
    bound: Mapping[str, JsonValue],
    added: Iterable[Target] = (),
) -> tuple[Target, ...]:
    """Return the canonical set of what a call of the function made stale.

    `declarations` may be a catalog, which was checked before. `args` are the call's arguments,
    `bound` what the request gives for bound parameters, `added` the targets that were added while
    the function ran; of a function that is no mutation only these are stale.

    Raises DeclarationError for declarations with a fault and for a function that is not declared
    (``declaration.unknown_target``), DocumentError or JsonError for an added target that is none.
    """
    catalog = declarations if isinstance(declarations, Catalog) else read_declarations(declarations)
    entry = catalog.functions.get(function)
    if entry is None:
        message = f"{show(function)} is no declared function."
        raise DeclarationError("declaration.unknown_target", message)
    taken = {name: value for name, value in args.items() if name in entry.arguments}
    declared = [effect_target(effect, taken, bound) for effect in entry.effects]
    return canonical_set([*declared, *added])


def effect_target(
    effect: Effect, args: Mapping[str, JsonValue], bound: Mapping[str, JsonValue]
) -> Target:
    """Return the target of one item of `affects`: `args` and `bound` as of `mutation_targets`.

    Two contexts may bind one name to different values; here `bound` are those of the effect's.
    """
    params: list[tuple[str, JsonValue]] = []
    for name, kind in effect.scope.items():
        value = args.get(name)
        if value is None and name in effect.context.bound:
            value = bound.get(name)
        try:
            params.append((name, coerce(value, kind)))
        except MizanError:  # without a canonical value the target is broader
            continue
    declaration = effect.declaration
    return Target(declaration["context"], tuple(params), declaration.get("function"))
