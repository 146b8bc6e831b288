"""System checks: every fault of declarations and settings, each with an id (docs: checks)."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, Warning, register

from mizan.django import conf
from mizan.server.registry import registry

# code of a fault -> id; ids are public and never reused
IDS = {
    "declaration.name": "mizan.E001",
    "declaration.duplicate": "mizan.E002",
    "declaration.both": "mizan.E003",
    "declaration.unknown_target": "mizan.E004",
    "declaration.parameter_type": "mizan.E005",
    "declaration.default": "mizan.E006",
    "declaration.ambiguous": "mizan.E007",
    "declaration.scope": "mizan.E008",
    "declaration.by": "mizan.E009",
    "declaration.route": "mizan.E010",
    "declaration.user_scoped": "mizan.E011",
    "declaration.hint": "mizan.E012",
}


@register(Tags.compatibility)
def check_settings(**_: Any) -> list[CheckMessage]:
    """Check every MIZAN_ setting."""
    return [
        Error(f"{setting.name}: {problem}", hint=setting.help, id=setting.check)
        for setting, problem in conf.problems()
    ]


@register(Tags.urls)
def check_declarations(**_: Any) -> list[CheckMessage]:
    """Report every fault of the declarations, all of them at once."""
    return [Error(f"{each.message} ({each.where})", id=IDS[each.code]) for each in registry.faults()]
