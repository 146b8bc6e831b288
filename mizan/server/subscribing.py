"""Who may subscribe to what: each instance is admitted as a read of it (SPEC.md, section 17.1).

Invariant: what is not admitted is named as refused and never heard of; an instance of a user's own
hears nothing of another user's, not even that it changed, unless a read of it is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from mizan.protocol.canonical import canonical_string
from mizan.protocol.events import Held
from mizan.protocol.header_reader import read
from mizan.protocol.targets import Instance
from mizan.protocol.url import percent_encode
from mizan.server.admit import admit, check_all
from mizan.server.effects import Steps
from mizan.server.host import Identity, Incoming
from mizan.server.incoming import Asked
from mizan.server.problems import Problem, reading
from mizan.server.reads import bundle_of, filled
from mizan.server.reply import problem_of

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, ReadContext

_MOST_FIELDS = 1000
_FORBIDDEN, _UNAUTHENTICATED = 403, 401


class Request(NamedTuple):
    """What a subscriber asks for: instances, and the position that he knows, if any."""

    instances: tuple[Instance, ...]
    last: str | None


class Admitted(NamedTuple):
    """Who subscribes, to what, and what is `refused`, with the status that a read is answered."""

    identity: Identity
    held: tuple[Held, ...]
    refused: tuple[tuple[Instance, int], ...]


@reading
def read_request(query: str, most: int) -> Request:
    """Return what a query asks for, of at most so many instances. Raises Problem (400, 422)."""
    try:
        fields = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Problem("malformed", f"A query has at most {_MOST_FIELDS} fields.") from None
    found = [target for name, text in fields if name == "held" for target in read(text, held=True)]
    instances = tuple(dict.fromkeys(Instance(each.context, each.params) for each in found))
    if not instances:
        raise Problem("malformed", "Say what is held, for example ?held=orders;user_id=5.")
    if len(instances) > most:
        raise Problem("malformed", f"Hold at most {most} instances, not {len(instances)}.")
    last = [text for name, text in fields if name == "last"]
    return Request(instances, last[-1] if last else None)


def admitted(
    catalog: Catalog, incoming: Incoming, instances: Sequence[Instance]
) -> Steps[Admitted]:
    """Admit who asks to each instance. Raises Problem for what no read would answer anybody (404,
    422), and where who asks is not proved (401)."""
    host, request = catalog.host, incoming.native
    contexts = {each.context: catalog.readable_context(each.context) for each in instances}
    asked = [_asked(catalog, contexts[each.context], each) for each in instances]
    is_known = any(each.user_scoped for each in contexts.values()) or host.has_session(request)
    identity = yield from admit(host, request, [], unsafe=False, identify=is_known)
    held, refused = [], []
    judged: dict[str, int | None] = {}
    for instance, what in zip(instances, asked, strict=True):
        context = contexts[instance.context]
        if context.name not in judged:
            judged[context.name] = yield from _judged(catalog, incoming, context, identity)
        found = judged[context.name] or (
            yield from _held(catalog, incoming, context, identity, what)
        )
        if isinstance(found, Held):
            held.append(found)
        else:
            refused.append((instance, found))
    return Admitted(identity, tuple(held), tuple(refused))


def _asked(catalog: Catalog, context: ReadContext, instance: Instance) -> Asked | None:
    """Return what a read of an instance asks for; None for a context as a whole: without
    parameters, though every read of it has some. Raises Problem (422)."""
    if not instance.params and any(_always_there(each) for each in context.parameters):
        return None
    pairs = [(name, canonical_string(value)) for name, value in instance.params]
    query = "&".join(f"{name}={percent_encode(text)}" for name, text in pairs)
    return catalog.queries.read(context, query)


def _always_there(parameter: Mapping[str, Any]) -> bool:
    """Whether each instance has a parameter, if need be by its default."""
    return parameter["required"] or parameter.get("default") is not None


def _judged(
    catalog: Catalog, incoming: Incoming, context: ReadContext, identity: Identity
) -> Steps[int | None]:
    """Return the status of who may not read a context, None for who may."""
    try:
        yield from check_all(catalog.host, incoming.native, context.functions, identity)
    except Exception as error:  # noqa: BLE001 (what a read would be answered)
        return problem_of(catalog, incoming, error).status
    return None


def _held(
    catalog: Catalog,
    incoming: Incoming,
    context: ReadContext,
    identity: Identity,
    asked: Asked | None,
) -> Steps[Held | int]:
    """Return what a subscriber holds, or the status of the refusal."""
    denied = _UNAUTHENTICATED if identity.sub is None else _FORBIDDEN
    if asked is None:
        return denied if context.user_scoped else Held(context.name)
    try:
        full = yield from filled(catalog, context, asked, incoming.native)
        bound = tuple(pair for pair in full.strings if pair[0] in context.bound)
        if len(bound) < len(context.bound):
            return denied  # it would hear of everybody's
        if context.user_scoped and not _names_himself(catalog, asked, identity):
            # Only its functions know whether he may.
            yield from bundle_of(catalog, incoming, context, identity, full)
    except Exception as error:  # noqa: BLE001 (what a read would be answered)
        return problem_of(catalog, incoming, error).status
    return Held(context.name, asked.strings, bound)


def _names_himself(catalog: Catalog, asked: Asked, identity: Identity) -> bool:
    """Whether an instance names nobody and nothing but who asks."""
    own = catalog.host.identity_params
    return all(name in own and text == identity.sub for name, text in asked.strings)
