"""Breaking changes between two versions of a schema or client schema (SPEC.md, MZ-DOC-003)."""

from mizan.compat.changes import Change, compare_client_schemas, compare_schemas
from mizan.compat.forms import SchemaError

__all__ = ["Change", "SchemaError", "compare_client_schemas", "compare_schemas"]
