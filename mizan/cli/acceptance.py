"""Whether a document is right, told quickly by the generated model of its kind.

Invariant: what is accepted here has no problem by its schema (tests/models holds the two to one
answer); what is not accepted may have none either, so the schema has the last word.
"""

from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mizan.schemas import load

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# Loading a model takes as long as it takes the schema to judge some hundred documents.
MANY = 200


class Acceptance:
    """Accepts documents that are right, once many of their kind were asked about."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._models: dict[str, TypeAdapter[Any]] = {}

    def accepts(self, kind: str, document: Any) -> bool:
        """Whether the document is known to be right; false means that nothing is known."""
        self._asked[kind] += 1
        if self._asked[kind] <= MANY:
            return False
        if kind not in self._models:
            self._models[kind] = model_of(kind)
        from pydantic import ValidationError

        try:
            self._models[kind].validate_python(document)
        except ValidationError:
            return False
        return True


def model_of(kind: str) -> "TypeAdapter[Any]":
    """Return the generated model of a kind: the class is named by the title of the schema."""
    from pydantic import TypeAdapter

    module = "coercion_table" if kind == "coercion" else kind.replace("-", "_")
    words = load(kind)["title"].split()
    name = "".join(word[0].upper() + word[1:] for word in words)
    return TypeAdapter(getattr(import_module(f"mizan.models.{module}"), name))
