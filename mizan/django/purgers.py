"""The purgers of this process, as MIZAN_EDGE["PURGE"] describes them.

Invariant: making a purger connects to nothing, and no text shows what it is made with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.module_loading import import_string

from mizan.django import edge_settings
from mizan.django.edge_settings import BACKENDS, EdgeSettings
from mizan.django.per_process import PerProcess
from mizan.edge.base import Purger
from mizan.errors import MizanError


class Purgers(dict[str, Purger]):
    """Purgers by name."""

    def close(self) -> None:
        """Close all of them."""
        for each in self.values():
            each.close()


def make() -> Purgers | None:
    """Return new purgers, None where there are none. Raises what their classes raise."""
    settings = edge_settings.current()
    if settings is None or not settings.purge:
        return None
    return Purgers({name: _one(settings, given) for name, given in settings.purge.items()})


def _one(settings: EdgeSettings, given: Mapping[str, Any]) -> Purger:
    arguments = {"timeout": settings.timeout, **given}
    backend = arguments.pop("BACKEND")
    made: Purger = import_string(BACKENDS.get(backend, backend))(**arguments)
    return made


def problems() -> Iterator[str]:
    """Yield what is wrong where the settings are right and yet a purger cannot be made of them."""
    settings = edge_settings.current()
    if settings is None:
        return
    for name, given in settings.purge.items():
        try:
            _one(settings, given).close()
        except MizanError as error:
            yield f"{name}: {error.message}"
        except TypeError as error:  # an argument that the class does not take, or lacks
            yield f"{name}: {error}."
        except Exception as error:  # noqa: BLE001 (whatever a class outside of Mizan raises)
            # Its text may show a secret.
            yield f"{name}: its class raised {type(error).__name__}: its arguments are wrong."


_own: PerProcess[Purgers] = PerProcess(make, edge_settings.problems)
forget = _own.forget


def purgers() -> Mapping[str, Purger]:
    """Return the purgers of this process by name."""
    return _own.get() or {}
