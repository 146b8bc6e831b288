"""Mizan for Django: put "mizan.django" into INSTALLED_APPS and include "mizan.django.urls".

Invariant: importing this package loads no Django; its names are loaded when they are first used, so
that it can be an app.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mizan.django.manifest import generate_client_schema, generate_edge_manifest
    from mizan.django.mwt import MWTUser, compute_permission_key, create_mwt, decode_mwt
    from mizan.django.views import view_of
    from mizan.django.watching import watch
    from mizan.server import (
        AppError,
        Context,
        FromRequest,
        Patch,
        affecting,
        affects,
        client,
        invalidate,
    )

__all__ = [
    "AppError",
    "Context",
    "FromRequest",
    "MWTUser",
    "Patch",
    "affecting",
    "affects",
    "client",
    "compute_permission_key",
    "create_mwt",
    "decode_mwt",
    "generate_client_schema",
    "generate_edge_manifest",
    "invalidate",
    "view_of",
    "watch",
]

_SERVER = (
    "AppError",
    "Context",
    "FromRequest",
    "Patch",
    "affecting",
    "affects",
    "client",
    "invalidate",
)
_HOMES = dict.fromkeys(_SERVER, "mizan.server") | {
    "MWTUser": "mizan.django.mwt",
    "compute_permission_key": "mizan.django.mwt",
    "create_mwt": "mizan.django.mwt",
    "decode_mwt": "mizan.django.mwt",
    "generate_client_schema": "mizan.django.manifest",
    "generate_edge_manifest": "mizan.django.manifest",
    "view_of": "mizan.django.views",
    "watch": "mizan.django.watching",
}


def __getattr__(name: str) -> Any:
    """Load one of the names above."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
