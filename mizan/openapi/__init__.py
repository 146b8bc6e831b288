"""The client schema as an OpenAPI document, for tools that know nothing of Mizan."""

from mizan.openapi.document import Access, openapi

__all__ = ["Access", "openapi"]
