"""`manage.py mizan_openapi`: an OpenAPI 3.1 document of the client schema, for other tools.

Its version is the digest of the client schema, which replies carry in `X-Mizan-Schema`.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.http.request import HttpHeaders

from mizan.django import conf, event_settings
from mizan.django.management.export import ExportCommand
from mizan.django.manifest import generate_client_schema
from mizan.openapi import Access, openapi
from mizan.server.client_schema import digest


class Command(ExportCommand):
    """Exports the OpenAPI document."""

    help = "Print or write an OpenAPI 3.1 document of the public functions and contexts."
    what = "OpenAPI document"
    _title = "Mizan"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --title to what each export has."""
        super().add_arguments(parser)
        parser.add_argument(
            "--title", default=self._title, help="What the document calls the API; default: Mizan."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write, print or compare. Raises CommandError."""
        self._title = options["title"]
        super().handle(*args, **options)

    def document(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        schema = generate_client_schema()
        return openapi(
            schema,
            title=self._title,
            version=digest(schema),
            access=Access(
                cookie=settings.SESSION_COOKIE_NAME,
                csrf_header=HttpHeaders.parse_header_name(settings.CSRF_HEADER_NAME) or "",
                tokens=bool(conf.usable("MIZAN_MWT_KEYS")),
            ),
            events=event_settings.current() is not None,
        )
