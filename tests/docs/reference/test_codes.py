"""mizan_docs.reference.codes: a sentence for each code."""

from __future__ import annotations

from mizan.errors import KNOWN_CODES
from mizan_docs.reference.codes import FAMILIES, HTTP


def test_the_codes_are_those_of_the_registry() -> None:
    names = {f"{family}.{name}" for family, of in FAMILIES.items() for name in of}
    assert names | HTTP.keys() == KNOWN_CODES
    assert not names & HTTP.keys()


def test_each_meaning_is_a_sentence() -> None:
    for of in (HTTP, *FAMILIES.values()):
        assert all(text[0].isupper() or text[0] == "`" for text in of.values()), of
        assert all(text.endswith(".") for text in of.values()), of
