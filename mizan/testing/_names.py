"""Strategies for names (SPEC.md, section 4).

Invariant: everything drawn is a valid name. Short and common names come often, so that draws meet.
"""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_REST: Final = _LETTERS + "0123456789_"
_LONGEST: Final = 64

_segments = st.builds(str.__add__, st.sampled_from(_LETTERS), st.text(_REST, max_size=8))
_common = st.sampled_from(["a", "b", "user", "user_profile", "shop.cart", "notifications"])
_longest = st.builds(lambda start: start + "x" * (_LONGEST - 1), st.sampled_from(_LETTERS))
# Made once: making a strategy costs more than drawing from it.
_names = _common | st.lists(_segments, min_size=1, max_size=3).map(".".join) | _longest
_parameter_names = st.sampled_from(["a", "b", "page", "user_id"]) | _segments | _longest


def names() -> st.SearchStrategy[str]:
    """Names of functions and contexts: 1 to 64 characters (MZ-NAM-001)."""
    return _names


def parameter_names() -> st.SearchStrategy[str]:
    """Names of parameters: 1 to 64 characters (MZ-NAM-002)."""
    return _parameter_names


def not_names() -> st.SearchStrategy[str]:
    """Texts that are no name of anything: wrong characters, empty segments, too long."""
    wrong = ["", "A", "_a", "1", "a-b", "a.", ".a", "a..b", "ä", "a\n", "a" * 65, "a/b", "*"]
    return st.sampled_from(wrong)
