"""mizan.django: its names, loaded when they are first used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import mizan.django


@pytest.mark.parametrize("name", mizan.django.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(mizan.django, name).__module__.startswith("mizan.")


def test_the_names_are_sorted_and_each_has_a_home() -> None:
    assert sorted(mizan.django.__all__) == mizan.django.__all__
    assert mizan.django._HOMES.keys() == set(mizan.django.__all__)


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mizan.django.nothing  # type: ignore[attr-defined] # noqa: B018 (reading it is the test)


def test_they_are_the_same_as_of_their_modules() -> None:
    assert mizan.django.client is import_module("mizan.server").client
    assert mizan.django.create_mwt is import_module("mizan.mwt").create_mwt


def test_importing_the_package_loads_no_django() -> None:
    program = "import sys, mizan.django; print('django' in sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout == "False\n"
