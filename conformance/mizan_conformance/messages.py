"""Checks the lines that go to a port and come from it by the generated models (`port.schema.json`).

Invariant: `read` gives an answer or raises Fault `rubbish`, whatever the bytes; nothing is sent
that is no request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from mizan.models import port as models
from mizan.protocol.values import whole

from .channel import Fault, show_line

HELLO: Final = "hello"
SPEC: Final = "1.0"


class Answer(NamedTuple):
    """What a port answers: the output ``ok``, or the ``code`` and ``message`` of its refusal."""

    ok: dict[str, Any] | None
    code: str | None = None
    message: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the answer as it stands in a message, without its id."""
        if self.ok is not None:
            return {"ok": self.ok}
        return {"error": {"code": self.code, "message": self.message or ""}}


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is no JSON value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object has a member twice")
    return members


def _number(text: str) -> int | float:
    return whole(float(text))


_decode = json.JSONDecoder(
    parse_float=_number, parse_constant=_refuse, object_pairs_hook=_object
).decode


class InvalidRequest(ValueError):  # noqa: N818 (what is wrong, as in Fault)
    """The runner's own fault: a vector or a caller asks what is no request."""


def request(number: int, rest: bytes) -> bytes:
    """Return the line of a request from its id and what stands behind that (`vectors.payload`).

    Raises InvalidRequest for a line that is no PortRequest.
    """
    line = b'{"id":%d%b' % (number, rest)
    try:
        models.PortRequest.model_validate_json(line)
    except ValidationError as error:
        message = f"{show_line(line)} is no PortRequest: {_first(error)}"
        raise InvalidRequest(message) from None
    return line


def read(line: bytes) -> tuple[int, Answer]:
    """Return the request's id and the port's answer.

    Raises Fault: `rubbish`, with the id as the suspect where the line has one.
    """
    try:
        message = _decode(line.decode())
    except (ValueError, RecursionError) as error:
        reason = "it nests too deep" if isinstance(error, RecursionError) else str(error)
        raise Fault("rubbish", f"{show_line(line)} is no JSON text: {reason}") from None
    try:
        if isinstance(message, dict) and "ok" in message:
            success = models.PortSuccess.model_validate(message, extra="ignore")
            return success.id, Answer(message["ok"])
        failure = models.PortFailure.model_validate(message, extra="ignore")
        return failure.id, Answer(None, failure.error.code, message["error"].get("message"))
    except ValidationError as error:
        suspect = message.get("id") if isinstance(message, dict) else None
        raise Fault(
            "rubbish",
            f"{show_line(line)} is no answer: {_first(error)}",
            suspect if type(suspect) is int else None,
        ) from None


def output_fault(op: str, output: Mapping[str, Any]) -> str | None:
    """Say where an output does not have the shape that the operation promises; None if it has.

    Members that the shape does not know are left to the comparison, like those it knows.
    """
    name = model_name(op)
    adapter = _adapter(name)
    if adapter is None:
        return None
    try:
        adapter.validate_python(output, extra="ignore")
    except ValidationError as error:
        return f"the output is no {name}: {_first(error)}"
    return None


def read_hello(answer: Answer) -> models.HelloOk:
    """Return what a port says of itself. Raises Fault where it says nothing of the kind."""
    if answer.ok is None:
        raise Fault("rubbish", f"it refused the handshake with {answer.code}")
    try:
        return models.HelloOk.model_validate(answer.ok, extra="ignore")
    except ValidationError as error:
        raise Fault("rubbish", f"its handshake is no HelloOk: {_first(error)}") from None


def model_name(op: str) -> str:
    """Return the name of the schema of an operation's output: `HeaderParseOk` of header.parse."""
    return "".join(part.capitalize() for part in op.split(".")) + "Ok"


@cache
def _adapter(name: str) -> TypeAdapter[Any] | None:
    model = getattr(models, name, None)
    return None if model is None else TypeAdapter(model)


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = "/".join(str(part) for part in first["loc"])
    return f"{first['msg']} (at /{place})" if place else first["msg"]
