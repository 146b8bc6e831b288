"""The declarations of the conformance app, by what they are about."""

from conformance_app.mizan import boards, control, people, site, values

__all__ = ["boards", "control", "people", "site", "values"]
