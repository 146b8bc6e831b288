"""What any Python adapter needs: declaring, checking, running. No framework is imported here."""

from mizan.server.app_errors import AppError
from mizan.server.context import Context, FromRequest
from mizan.server.patch import Patch
from mizan.server.public import affecting, affects, client, invalidate

__all__ = [
    "AppError",
    "Context",
    "FromRequest",
    "Patch",
    "affecting",
    "affects",
    "client",
    "invalidate",
]
