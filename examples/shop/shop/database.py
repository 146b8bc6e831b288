"""The database, from one environment variable."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_POSTGRES = ("postgres", "postgresql")


def database(url: str | None, folder: Path) -> dict[str, Any]:
    """Return Django's settings for a database URL; without one, SQLite in the folder.

    Raises ValueError for a URL of another kind.
    """
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "shop.sqlite3"}
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": unquote(parts.path[1:])}
    if parts.scheme not in _POSTGRES:
        raise ValueError(f"DATABASE_URL: expected postgres:// or sqlite:///, not {parts.scheme}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
    }
