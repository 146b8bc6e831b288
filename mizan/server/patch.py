"""`Patch[Shape]`: a partial update as an argument (SPEC.md, MZ-CALL-001).

Invariant: a field that was not sent is absent, never null; what was sent is validated as the shape
validates it.

    @client(affects=UserContext)
    def update_user(request, user_id: int, patch: Patch[UserShape]) -> UserShape:
        User.objects.filter(pk=user_id).update(**patch.changes())
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Generic, TypeVar, get_args

from pydantic import BaseModel, Field, GetCoreSchemaHandler, create_model, model_validator
from pydantic_core import CoreSchema, core_schema

Shape = TypeVar("Shape", bound=BaseModel)

_DEFAULTS = frozenset({"default", "default_factory", "validate_default"})
# Rules across fields make no sense of some of the fields, so they are replaced by these.
_NO_RULE: dict[str, Any] = {
    "before": classmethod(lambda _, data: data),
    "wrap": classmethod(lambda _, data, handler: handler(data)),
    "after": lambda self: self,
}


class Patch(Generic[Shape]):
    """Some of the fields of a pydantic model: every field may be left out.

    Null is accepted only where the model accepts it, members that the model does not have are
    refused, rules of single fields hold, and rules across fields (`model_validator`) do not run.
    """

    __slots__ = ("values",)

    values: Shape
    """The fields that were sent, typed as the shape. Another is an AttributeError."""

    def __init__(self, values: Shape) -> None:
        self.values = values

    def changes(self) -> dict[str, Any]:
        """Return the values that were sent, validated, by field name in the shape's order."""
        sent = self.values.model_fields_set
        names = [name for name in type(self.values).model_fields if name in sent]
        return {name: getattr(self.values, name) for name in names}

    def __contains__(self, name: str) -> bool:
        """Whether a field was sent."""
        return name in self.values.model_fields_set

    def __repr__(self) -> str:
        """Return a text that names the shape and the fields sent, without their values."""
        return f"<{type(self.values).__name__} of {', '.join(self.changes()) or 'nothing'}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate as the partial model. Raises TypeError for a shape that is no model."""
        shape = next(iter(get_args(source)), None)
        if not isinstance(shape, type) or not issubclass(shape, BaseModel):
            raise TypeError(f"Patch[…] takes a pydantic model, not {shape!r}.")
        schema = handler.generate_schema(_partial(shape))
        return core_schema.no_info_wrap_validator_function(_patch, schema)


def _patch(value: Any, validate: Any) -> Any:
    if isinstance(value, Patch):
        return value
    values = validate(value)
    for name in type(values).model_fields.keys() - values.model_fields_set:
        del values.__dict__[name]
    return Patch(values)


@cache
def _partial(shape: type[BaseModel]) -> type[BaseModel]:
    """Return a model like the shape, in which every field may be left out."""
    shape.model_rebuild()
    rules = shape.__pydantic_decorators__.model_validators
    namespace: dict[str, Any] = {
        name: model_validator(mode=rule.info.mode)(_NO_RULE[rule.info.mode])
        for name, rule in rules.items()
    }
    fields: dict[str, Any] = {}
    for name, info in shape.model_fields.items():
        parts = info.asdict()
        given = {key: value for key, value in parts["attributes"].items() if key not in _DEFAULTS}
        absent = Field(**given, default_factory=_nothing)
        hint: Any = (parts["annotation"], *parts["metadata"], absent)
        fields[name] = Annotated[hint]
    extra = "allow" if shape.model_config.get("extra") == "allow" else "forbid"
    return create_model(
        f"{shape.__name__}Patch",
        __base__=shape,
        __module__=shape.__module__,
        __doc__=shape.__doc__,
        __cls_kwargs__={"extra": extra},
        __validators__={**namespace, "model_post_init": lambda *_: None},
        **fields,
    )


def _nothing() -> None:
    """Stand in for a field that was not sent, until it is taken out."""
