"""JSON Pointers (RFC 6901), by which errors name a place in a document.

Invariant: `step` is the only place where names are escaped.
"""


def step(name: str | int) -> str:
    """Return the step of a JSON Pointer into a member or item: `a/b` is `/a~1b` (section 3)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")
