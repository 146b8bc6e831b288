"""The commands that Mizan gives `manage.py`, as argparse knows them."""

from __future__ import annotations

import argparse
import pkgutil
from collections.abc import Iterator

import django
from django.conf import settings
from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from mizan_docs.reference.text import Shown

_APP = "mizan.django"
_APPS = ["django.contrib.contenttypes", "django.contrib.auth", _APP]


def commands() -> Iterator[Shown]:
    """Yield every command and, of one with actions, every action."""
    if not settings.configured:
        settings.configure(INSTALLED_APPS=_APPS, ROOT_URLCONF="mizan.django.urls")
        django.setup()
    from mizan.django.management import commands as package

    for found in pkgutil.iter_modules(package.__path__):
        command = load_command_class(_APP, found.name)
        parser = command.create_parser("manage.py", found.name)
        yield from _shown(f"manage.py {found.name}", command.help, parser)


def _shown(name: str, about: str, parser: argparse.ArgumentParser) -> Iterator[Shown]:
    own = [each for each in _actions(parser) if not _is_everybodys(each)]
    plain = [each for each in own if not _parsers(each)]
    places = [_written(each) for each in plain if not each.option_strings]
    if len(plain) > len(places):
        places.insert(0, "[OPTIONS]")
    if len(own) > len(plain):
        places.append("ACTION")
    options = tuple((_written(each), what) for each in plain if (what := _what(each)))
    yield Shown(name, " ".join(places), (about,), (), options)
    for each in own:
        for action, below in _parsers(each).items():
            yield from _shown(f"{name} {action}", _help_of(each, action), below)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return parser._actions  # noqa: SLF001 (argparse has no other list of them)


def _parsers(action: argparse.Action) -> dict[str, argparse.ArgumentParser]:
    """Return the actions of a command that has some, by name."""
    choices: object = action.choices
    if not isinstance(choices, dict):
        return {}
    return {name: p for name, p in choices.items() if isinstance(p, argparse.ArgumentParser)}


def _help_of(parsers: argparse.Action, action: str) -> str:
    """Return the help of an action, which argparse keeps beside its parser."""
    listed = parsers._get_subactions()  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
    return next((each.help or "" for each in listed if each.dest == action), "")


def _is_everybodys(action: argparse.Action) -> bool:
    """Tell whether an option is one of every command of Django."""
    base = BaseCommand().create_parser("manage.py", "any")
    known = {option for each in _actions(base) for option in each.option_strings}
    return bool(known & {*action.option_strings})


def _written(action: argparse.Action) -> str:
    """Return how an option or argument is written."""
    value = action.metavar or (
        f"[{'|'.join(map(str, action.choices))}]" if action.choices else action.dest.upper()
    )
    many = "..." if action.nargs in ("+", "*") else ""
    if not action.option_strings:
        return f"[{value}{many}]" if action.nargs == "*" else f"{value}{many}"
    names = ", ".join(action.option_strings)
    return names if action.nargs == 0 else f"{names} {value}{many}"


def _what(action: argparse.Action) -> str:
    """Return what an option does, whether it is needed, and its default where the help has none."""
    said = (action.help or "") % {**vars(action), "prog": "manage.py"}
    shows_default = action.choices and action.default is not None
    notes = [
        "Required." if action.required and action.option_strings else "",
        f"Default: {action.default}." if shows_default else "",
    ]
    return " ".join(filter(None, [said, *notes]))
