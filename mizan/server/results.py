"""Results: what a function returned, shaped as it declares, as canonical JSON (MZ-DOC-004).

Invariant: what goes out has been validated against the declared return type; a result that does not
fit is the server's fault (500), never silently passed on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from mizan.protocol.canonical import canonical_json


class ResultInvalid(TypeError):
    """A function returned something else than it declares; the message says what and where."""


class Result:
    """The shaper of a function's results. `hint` is the return annotation, Any without one.

    `plain` turns a framework's own sequences (a queryset) into lists before they are validated.
    """

    def __init__(self, hint: Any, plain: Callable[[Any], Any]) -> None:
        self.hint = hint
        self.adapter: TypeAdapter[Any] = TypeAdapter(hint, config=_config(hint))
        self._plain = plain
        self._validate = self.adapter.validator.validate_python
        self._dump = self.adapter.serializer.to_python

    def shape(self, value: Any) -> Any:
        """Return the value as the declared type. Raises ResultInvalid."""
        try:
            return self._validate(self._plain(value), from_attributes=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = "/".join(str(step) for step in first["loc"]) or "the result"
            raise ResultInvalid(
                f"it declares {self.hint!r} and returned {type(value).__name__}: "
                f"{place}: {first['msg']}."
            ) from error

    def dump(self, value: Any) -> Any:
        """Return a function's result as JSON-compatible Python. Raises ResultInvalid."""
        return self._dump(self.shape(value), mode="json", by_alias=True)

    def text(self, value: Any) -> str:
        """Return a function's result as canonical JSON text. Raises ResultInvalid."""
        return canonical_json(self.dump(value))


def _config(hint: Any) -> ConfigDict | None:
    """Models and dataclasses bring their own configuration; anything else takes ours."""
    own = isinstance(hint, type) and (
        issubclass(hint, BaseModel) or hasattr(hint, "__pydantic_config__")
    )
    plain = hasattr(hint, "__dataclass_fields__") or hasattr(hint, "__total__")
    return None if own or plain else ConfigDict(arbitrary_types_allowed=True)
