"""Rows that were inserted: what lookups say of them, from the objects that they were made of.

Invariant: what the objects do not tell is asked of the rows that they refer to; what is still not
known is None, which makes a target broader.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from mizan.django.watched_rows import Row, all_of, read

_UNKNOWN = (None,)
_Values = Mapping[Any, Sequence[Any]]


def rows(compiler: Any, lookups: Collection[str], returned: Sequence[Any]) -> list[Row]:
    """Return the values of lookups from the rows that an INSERT has written, `returned` being what
    it returned; of a row that leads to several values more than once."""
    meta = compiler.query.get_meta()
    fields = {name: each for each in meta.concrete_fields for name in (each.name, each.attname)}
    fields["pk"] = meta.pk
    keys = _keys(compiler, returned)
    referred: dict[str, _Values] = {}
    for lookup in lookups:
        head, _, rest = lookup.partition("__")
        if rest and head in fields:
            referred[lookup] = _referred(compiler, fields[head], rest)
    found: list[Row] = []
    for key, each in zip(keys, compiler.query.objs, strict=True):
        several: list[Iterable[Any]] = []
        for lookup in lookups:
            field = fields.get(lookup.partition("__")[0])
            value = None if field is None else _value(each, field, key)
            known = referred.get(lookup)
            if field is None:
                several.append(_UNKNOWN)
            else:
                several.append((value,) if known is None else known.get(value, _UNKNOWN))
        for values in product(*several):
            row = dict(zip(lookups, values, strict=True))
            # Null says that there is no such row where there cannot be one yet; else nobody knows.
            kept = {name for name in row if row[name] is not None or _is_new(name, fields)}
            found.append({name: row[name] for name in kept})
    return found


def _is_new(lookup: str, fields: Mapping[str, Any]) -> bool:
    """Whether a lookup begins with rows that refer to the new one: there are none yet."""
    return lookup.partition("__")[0] not in fields


def _referred(compiler: Any, field: Any, rest: str) -> _Values:
    """Return the values of a lookup by what the objects refer to."""
    target = field.target_field.attname
    values = {getattr(each, field.attname) for each in compiler.query.objs} - {None}
    found: dict[Any, list[Any]] = {}
    asked = all_of(field.related_model, compiler).filter(**{f"{target}__in": values})
    for row in read(asked, {target, rest}) or ():
        found.setdefault(row[target], []).append(row[rest])
    return found


def _value(made: Any, field: Any, key: Any) -> Any:
    """Return a column's value, None for one that the database worked out."""
    value = getattr(made, field.attname)
    if value is None and field.primary_key:
        return key
    return None if hasattr(value, "resolve_expression") else value


def _keys(compiler: Any, returned: Sequence[Any]) -> list[Any]:
    """Return the new keys; None where the database does not tell them."""
    key = compiler.query.get_meta().pk
    objects = compiler.query.objs
    told = [*(compiler.returning_fields or ())]
    if key not in told or len(returned) != len(objects):
        return [None] * len(objects)
    return [row[told.index(key)] for row in returned]
