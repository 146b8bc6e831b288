"""mizan.django.check_table: every id that is not of a setting, and no other."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from mizan.django import cache_checks, checks, edge_checks, event_checks
from mizan.django.check_table import KNOWN

MODULES = (checks, cache_checks, edge_checks, event_checks)


def ids_of(module: ModuleType) -> list[str]:
    named = [value for name, value in vars(module).items() if name.isupper()]
    return [each for each in named if re.fullmatch(r"mizan\.[EIW]\d{3}", str(each))]


def test_each_check_is_in_the_table_and_no_other() -> None:
    used = [*checks.IDS.values(), *(each for module in MODULES for each in ids_of(module))]
    assert sorted(used) == sorted(KNOWN)


@pytest.mark.parametrize("of", KNOWN)
def test_it_says_what_is_wrong_and_what_to_do_in_sentences(of: str) -> None:
    for text in (KNOWN[of].finds, KNOWN[of].fix):
        assert text == text.strip() != ""
        assert "  " not in text
