"""What can be fuzzed: for each topic its operations, and which places of an input are free.

Invariant: a change at a free place leaves an input in the form that annex C promises to ports, so
every side has to answer it, and all in the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Kind = Literal["string", "text", "json", "scalar"]
"""`text`: a string, or bytes as a tag. `json`: any JSON value, tags too. `scalar`: or a list."""


class Free(NamedTuple):
    """A place that may change: the names that lead to it (`*`: each item), and how."""

    path: tuple[str, ...]
    kind: Kind


_PARAMS: Final = ("params", "*")

# operation -> its free places
PLACES: Final[Mapping[str, tuple[Free, ...]]] = {
    "decode": (Free(("text",), "text"),),
    "jcs": (Free(("value",), "json"),),
    "canonical": (Free(("value",), "json"),),
    "coerce": (Free(("value",), "json"),),
    "targets.canonical": (Free(("targets", "*", *_PARAMS), "scalar"),),
    "targets.matches": (
        Free(("target", *_PARAMS), "scalar"),
        Free(("instance", *_PARAMS), "scalar"),
    ),
    "events.visible": (
        Free(("targets", "*", *_PARAMS), "scalar"),
        Free(("held", "*", *_PARAMS), "scalar"),
        Free(("held", "*", "bound", "*"), "scalar"),
    ),
    "guards.instance": (Free(("instance", *_PARAMS), "scalar"),),
    "guards.target": (Free(("target", *_PARAMS), "scalar"),),
    "header.parse": (Free(("field",), "text"),),
    "header.format": (Free(("targets", "*", *_PARAMS), "scalar"),),
    "held.parse": (Free(("field",), "string"),),
    "held.format": (Free(("instances", "*", *_PARAMS), "scalar"),),
    "tags.parse": (Free(("field",), "text"),),
    "tags.format": (Free(("guards", "*", *_PARAMS), "string"),),
    "tags.purge": (Free(("guards", "*", *_PARAMS), "string"),),
    "url.build": (Free(("args", "*"), "scalar"),),
    "url.parse": (Free(("query",), "text"),),
    "key.derive": (
        Free(("input", *_PARAMS), "scalar"),
        Free(("input", "vary", "*"), "scalar"),
    ),
    "pkey": (Free(("perms", "*"), "string"),),
    "token.sign": (),
    "token.verify": (Free(("token",), "string"),),
    "mutation.targets": (Free(("args", "*"), "scalar"), Free(("bound", "*"), "scalar")),
    "manifest.build": (),
    "edge.resolve": (Free(("field",), "string"), Free(("targets", "*", *_PARAMS), "scalar")),
}

TOPICS: Final[Mapping[str, tuple[str, ...]]] = {
    "canonical": ("canonical", "coerce"),
    "jcs": ("jcs", "decode"),
    "url": ("url.build", "url.parse"),
    "header": ("header.parse", "header.format", "held.parse", "held.format"),
    "targets": ("targets.canonical", "targets.matches", "guards.instance", "guards.target"),
    "key": ("key.derive", "pkey"),
    "token": ("token.verify", "token.sign"),
    "manifest": ("manifest.build", "mutation.targets"),
    "edge": ("edge.resolve",),
    "events": ("events.visible",),
    "tags": ("tags.parse", "tags.format", "tags.purge"),
}
"""The operations of each topic."""

# Members of an input that are exchanged whole, as what is in them belongs together; a type is one
# wherever it stands.
WHOLE: Final = frozenset({"keys", "manifest", "parameters", "type"})
# Without these an input has no meaning that annex C promises.
NEVER_EMPTY: Final = frozenset({"keys", "algs"})
