"""mizan_docs.markdown: what is a link, what a heading, and what is code."""

from __future__ import annotations

import pytest

from mizan_docs.markdown import anchors, headings, line_of, links, slug, without_code

TEXT = """# One `two` three

A [link](a.md#b), an ![image](c.svg), `[code](d.md)`, <!-- [comment](e.md) -->
[over
lines](f.md) and [![both](g.svg)](h.md).

```sh
# no heading
[no link](i.md)
```

- in a list:

  ~~~
  [no link](j.md)
  ~~~

## One `two` three
## See [this](k.md)

[definition]: l.md

<a id="by-hand"></a>
"""


def test_links_are_found_where_they_stand_and_code_is_none() -> None:
    found = [*links(TEXT)]
    assert {each.target for each in found} >= {"a.md#b", "c.svg", "f.md", "k.md", "l.md"}
    assert not {each.target for each in found} & {"d.md", "e.md", "i.md", "j.md"}
    first = found[0]
    assert TEXT[first.start : first.end] == "[link](a.md#b)"
    assert TEXT[first.target_start :].startswith("a.md#b")
    assert [each.is_image for each in found if each.target == "c.svg"] == [True]


def test_headings_have_the_anchors_of_forges() -> None:
    found = [(each.level, each.anchor) for each in headings(TEXT)]
    assert found == [(1, "one-two-three"), (2, "one-two-three-1"), (2, "see-this")]
    assert anchors(TEXT) == {"one-two-three", "one-two-three-1", "see-this", "by-hand"}


@pytest.mark.parametrize(
    ("words", "anchor"),
    [
        ("8.1 Writing `X-Mizan-Held`", "81-writing-x-mizan-held"),
        ("MIZAN_CACHE", "mizan_cache"),
        ("What is kept, and why?", "what-is-kept-and-why"),
        ("manage.py mizan_cache stats", "managepy-mizan_cache-stats"),
    ],
)
def test_an_anchor_has_words_and_hyphens(words: str, anchor: str) -> None:
    assert slug(words) == anchor


def test_without_code_each_offset_stays() -> None:
    bare = without_code(TEXT)
    assert len(bare) == len(TEXT)
    assert bare.count("\n") == TEXT.count("\n")
    assert line_of(TEXT, TEXT.index("lines]")) == 5
