"""docs/reference/checks.md has every check, by level."""

from __future__ import annotations

import re

from mizan.django import conf
from mizan.django.check_table import KNOWN
from mizan_docs.reference import checks


def test_each_check_has_a_row_below_its_level() -> None:
    page = checks.render()
    listed = re.findall(r"^\| (mizan\.\w\d{3}) \|", page, re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert KNOWN.keys() | {each.check for each in conf.SETTINGS} <= {*listed}
    assert page.index("mizan.E016") < page.index("## Warnings") < page.index("mizan.W003")
    assert '`MIZAN_EDGE["TAGS"]` has a wrong value' in page
