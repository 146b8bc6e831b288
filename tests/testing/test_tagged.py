"""The rules that `complaints` of a reply has for tags; `test_replies.py` tries them on replies."""

import pytest

from mizan.testing._tagged import complaints

KEPT = {"cache-control": "public, max-age=0, s-maxage=60"}
NEVER = {"cache-control": "no-store"}


@pytest.mark.parametrize(
    ("headers", "stale"),
    [
        ({}, True),
        (KEPT, False),
        ({**KEPT, "cache-groups": '"a", "b"', "surrogate-key": "a b"}, False),
        ({**NEVER, "cache-group-invalidation": '"a", "b"'}, True),
    ],
)
def test_fields_that_are_right(headers: dict[str, str], stale: bool) -> None:
    assert [*complaints(headers, stale=stale)] == []


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({**NEVER, "cache-groups": '"a"', "xkey": "a"}, ["cache-groups makes", "xkey makes"]),
        ({**KEPT, "cache-groups": "a"}, ["Cache-Groups cannot be read"]),
        ({**KEPT, "cache-groups": '"a","b"'}, ["Cache-Groups is not as"]),
        (
            {"cache-group-invalidation": '"b", "a"'},
            ["Cache-Group-Invalidation without", "Cache-Group-Invalidation is not as"],
        ),
    ],
)
def test_fields_that_are_wrong(headers: dict[str, str], said: list[str]) -> None:
    found = [*complaints(headers, stale=False)]
    assert len(found) == len(said)
    for sentence, start in zip(found, said, strict=True):
        assert sentence.startswith(start)
