"""`{% load mizan %}`: data of contexts in pages that Django renders, for the runtime to begin with.

Invariant: nothing in what is written ends the element, and nothing is written that a cache of
template fragments would keep for others.
"""

from __future__ import annotations

import logging
import sys

# The public function raises where none runs.
from asyncio.events import _get_running_loop as _running_loop
from typing import Any

from django.conf import settings
from django.core.exceptions import SynchronousOnlyOperation
from django.template import Context, Library, Node, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.templatetags.cache import CacheNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mizan.django import hydrated, savepoints
from mizan.server.drive import drive
from mizan.server.hydration import Hydration, hydration
from mizan.server.problems import Problem
from mizan.server.registry import registry

register = Library()
logger = logging.getLogger("mizan.hydrate")

_ELEMENT = '<script type="application/mizan+json"{}{}>[{}]</script>'
# In JSON these stand in strings alone, so each may be written as an escape.
_ESCAPES = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}
_USAGE = "{%% %s 'context' name=value … %%}: the name of a context, then its parameters by name."
_IN_LOOP = (
    "mizan_hydrate may ask a database, and this template is rendered in the event loop: return a "
    "TemplateResponse, which Django renders in a thread, or await sync_to_async(render)(…)."
)


class HydrateNode(Node):
    """One tag: a context and its parameters, as expressions of the template."""

    def __init__(
        self, name: FilterExpression, params: dict[str, FilterExpression], line: int | None
    ) -> None:
        self.name = name
        self.params = params
        self.line = line

    def render(self, context: Context) -> SafeString:
        """Return a script element with the data; nothing where a GET would be refused or fail.

        Raises TemplateSyntaxError where the page cannot be right, and under DEBUG for a context or
        parameters that cannot be asked for.
        """
        request = getattr(context, "request", None) or context.get("request")
        if request is None:
            raise self._error("there is no request: render(request, …) passes it on.")
        if _is_kept():
            raise self._error("{% cache %} would keep one user's data for all: take it out.")
        if _running_loop():
            raise SynchronousOnlyOperation(_IN_LOOP)
        request = getattr(request, "_request", request)  # REST framework wraps Django's
        found = self._found(context, request)
        if found is None:
            return SafeString()
        try:
            hydrated.note(request, is_public=found.is_public, tags=found.tags)
        except RuntimeError as error:
            raise self._error(str(error)) from error
        text = mark_safe(found.text.translate(_ESCAPES))  # noqa: S308 (JSON, escaped)
        event = format_html(' data-event="{}"', found.position) if found.position else ""
        return format_html(_ELEMENT, _nonce(context, request), event, text)

    def _found(self, context: Context, request: Any) -> Hydration | None:
        name = str(self.name.resolve(context))
        given = {each: value.resolve(context) for each, value in self.params.items()}
        try:
            with savepoints.guarded():
                return _read(request, name, given)
        except _NothingToShow:
            return None
        except Problem as problem:
            told = " ".join([problem.detail, *(each["detail"] for each in problem.errors)])
            error = self._error(f"{name}: {told}")
        if settings.DEBUG:
            raise error
        logger.warning("hydrate.empty: %s", error)
        return None

    def _error(self, what: str) -> TemplateSyntaxError:
        where = f"{self.origin}, line {self.line}"
        return TemplateSyntaxError(f"mizan_hydrate ({where}): {what}")


@register.tag
def mizan_hydrate(parser: Parser, token: Token) -> HydrateNode:
    """`{% mizan_hydrate 'user' user_id=5 %}`: write the data of a context into the page."""
    tag, *bits = token.split_contents()
    first, rest = bits[:1], bits[1:]
    params = token_kwargs(list(rest), parser)
    if not first or "=" in first[0] or len(params) != len(rest):
        raise TemplateSyntaxError(_USAGE % tag)
    return HydrateNode(parser.compile_filter(first[0]), params, token.lineno)


class _NothingToShow(Exception):  # noqa: N818 (no error: the page goes without)
    """A read was refused or failed; a savepoint around it is to be rolled back."""


def _read(request: Any, name: str, given: dict[str, Any]) -> Hydration:
    found = drive(hydration(registry.catalog, request, name, given))
    if found is None:
        raise _NothingToShow
    return found


def _nonce(context: Context, request: Any) -> SafeString:
    """Return the attribute for the nonce of Django's or django-csp's policy, if there is one."""
    nonce = context.get("csp_nonce")  # lazy ones are false until they are read
    nonce = getattr(request, "csp_nonce", None) if nonce is None else nonce
    return SafeString() if nonce is None else format_html(' nonce="{}"', nonce)


def _is_kept() -> bool:
    """Whether a `{% cache %}` is being rendered, in whatever template it stands."""
    frame = sys._getframe(1)  # noqa: SLF001 (inspect's own way is slow)
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code is CacheNode.render.__code__:
            return True
    return False
