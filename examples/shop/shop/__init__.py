"""The project: settings, URLs, tenants."""
