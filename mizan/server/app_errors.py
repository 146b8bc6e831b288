"""An application's own errors, declared per function (SPEC.md, section 16; MZ-ERR-002).

Invariant: what such an error carries is what its class declares, validated before it goes out.
"""

from __future__ import annotations

from functools import cache
from typing import Any, ClassVar, get_origin, get_type_hints

from mizan.server.arguments import typed_dict
from mizan.server.context import wire_name
from mizan.server.results import Result


class AppError(Exception):
    """The base of an application's own errors, declared by `@client(errors=[…])`.

    Subclasses set `code` (`app.…`; default: from the class's name) and `status` (400 to 599,
    default 409). Annotations declare fields, which are given by name and go out as `data`; a value
    in the class is a field's default.

        class OutOfStock(AppError):
            left: int

        raise OutOfStock("Only two left.", left=2)
    """

    code: ClassVar[str] = ""
    status: ClassVar[int] = 409

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Derive the code from the class's name where the class gives none."""
        super().__init_subclass__(**kwargs)
        if "code" not in cls.__dict__:
            cls.code = "app." + wire_name(cls.__name__.removesuffix("Error") or cls.__name__)

    def __init__(self, detail: str = "", /, **fields: Any) -> None:
        """Take a sentence for the client, and every field that has no default.

        Raises TypeError for fields that are missing or not declared.
        """
        super().__init__(detail)
        self.detail = detail
        declared = fields_of(type(self))
        stray = sorted(fields.keys() - declared.keys())
        missing = sorted(
            name for name in declared if name not in fields and not hasattr(type(self), name)
        )
        if stray or missing:
            what = f"has no field {stray[0]!r}" if stray else f"needs the field {missing[0]!r}"
            raise TypeError(
                f"{type(self).__name__} {what}; it has: {', '.join(declared) or 'none'}."
            )
        self.__dict__.update(fields)

    def data(self) -> dict[str, Any] | None:
        """Return the fields as JSON-compatible Python, None if there are none declared.

        Raises ResultInvalid where a value is not of its field's type.
        """
        shape = shape_of(type(self))
        if shape is None:
            return None
        return dict(shape.dump({name: getattr(self, name) for name in fields_of(type(self))}))


_OWN = frozenset({"code", "status", "detail"})


def fields_of(error: type[AppError]) -> dict[str, Any]:
    """Return the hints of an error's fields by name. Raises what reading hints raises."""
    known: Any = error
    return _read(known)[0]


def shape_of(error: type[AppError]) -> Result | None:
    """Return what shapes an error's fields, None if it has none. Raises as `fields_of`, and what
    pydantic raises for hints that it cannot read."""
    known: Any = error
    return _read(known)[1]


@cache
def _read(error: Any) -> tuple[dict[str, Any], Result | None]:
    fields = {
        name: hint
        for name, hint in get_type_hints(error, include_extras=True).items()
        if name not in _OWN and get_origin(hint) is not ClassVar
    }
    if not fields:
        return fields, None
    return fields, Result(error.__name__, typed_dict(error.__name__, fields))
