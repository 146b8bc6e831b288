"""What Varnish reads of header fields, as regular expressions (SPEC.md, sections 8.2 and 9.1).

Varnish cannot parse, so it looks whether a field is one that a reader takes: of those it takes what
they list, and of others everything. Quantifiers are possessive: a match that gives up for want of
time or stack fails the reply. They are PCRE; Python's `re` has had possessive groups since 3.11.5.

Invariant: they match nothing that `mizan.protocol` refuses to read.
"""

from typing import Final

_AS_MANY_AS_THERE_ARE: Final = "*+"


def _any(part: str) -> str:
    return f"(?:{part}){_AS_MANY_AS_THERE_ARE}"


def _list(member: str) -> str:
    others = _any(rf"[ \t]*+,[ \t]*+(?:{member})")
    return rf"^ *+(?:{member}){others}[ \t]*+$"


_LATER_SEGMENTS = _any("[.][a-z][a-z0-9_]*+")
_NAME = rf"(?![a-z0-9_.]{{65}})[a-z][a-z0-9_]*+{_LATER_SEGMENTS}"  # 64 characters
_CONT = "%[89ABab][0-9A-Fa-f]"  # of a character in UTF-8: a byte after its first
_CHARACTERS = _any(
    "[A-Za-z0-9._~-]|%[0-7][0-9A-Fa-f]"
    f"|%[Cc][2-9A-Fa-f]{_CONT}|%[Dd][0-9A-Fa-f]{_CONT}"
    f"|%[Ee]0%[ABab][0-9A-Fa-f]{_CONT}|%[Ee](?:[1-9A-Ca-cEFef]{_CONT}|[Dd]%[89][0-9A-Fa-f]){_CONT}"
    f"|%[Ff](?:0%[9ABab][0-9A-Fa-f]|[1-3]{_CONT}|4%8[0-9A-Fa-f]){_CONT}{_CONT}"
)
_INTEGER = r"(?!-0)-?(?:0|[1-9][0-9]{0,14}+)"
_VALUE = rf'(?:{_INTEGER}|(?=[A-Za-z]){_CHARACTERS}|"{_CHARACTERS}")'
_PARAMETER = rf"; *+(?![a-z0-9_]{{65}})[a-z][a-z0-9_]*+={_VALUE}"

TARGETS: Final = _list(f"{_NAME}(?:/{_NAME})?{_any(_PARAMETER)}")
"""A value of X-Mizan-Invalidate that can be read and does not say `*`, repetitions aside."""

REPEATED: Final = r"; *+([a-z0-9_]++)=[^,;]*+(?:;[^,;=]*+=[^,;]*+)*?; *+\1="
"""A parameter that a target of it has twice, for which it is refused."""

# An item's parameter, which readers of tags ignore: a key, and perhaps a bare item (RFC 9651).
_IN_STRING = _any(r"[ !#-\[\]-~]|\\[\"\\]")
TAG_PARAMETER: Final = (
    r"; *+[a-z*][a-z0-9_.*-]*+(?:=(?:-?[0-9]{1,12}+[.][0-9]{1,3}+|-?[0-9]{1,15}+(?![.])"
    rf'|"{_IN_STRING}"|[A-Za-z*][!#$%&\'*+.^_`|~0-9A-Za-z:/-]*+'
    r"|:[A-Za-z0-9+/]*+=*+:|\?[01]))?"
)
TAGS: Final = _list(rf'"[a-z0-9._-]{{1,32}}+"{_any(TAG_PARAMETER)}')
"""A value of Cache-Groups or Cache-Group-Invalidation that can be read and is not empty."""
