"""Which of the shops a request is for: the subdomain says so.

A function of a public context may read `request.tenant`, because `VARY` declares it: replies
of the two shops are never taken for one another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.request import split_domain_port


@dataclass(frozen=True)
class Tenant:
    """One of the shops."""

    slug: str
    name: str


def tenant_of(host: str) -> Tenant:
    """Return the tenant of a host: `north.localhost:8000`; a bare host is the default one's.

    Raises Http404 for a subdomain without a shop.
    """
    domain = split_domain_port(host)[0]
    slug = domain.removesuffix(".localhost") if domain.endswith(".localhost") else None
    slug = slug or settings.DEFAULT_TENANT
    if slug not in settings.TENANTS:
        raise Http404(f"There is no shop {slug!r}.")
    return Tenant(slug, settings.TENANTS[slug])


def facet(request: HttpRequest) -> str:
    """Return what tells the replies of the shops apart."""
    return str(request.tenant.slug)  # type: ignore[attr-defined]


class TenantMiddleware:
    """Sets `request.tenant`; for WSGI and ASGI."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Pass the request on, or refuse it."""
        request.tenant = tenant_of(request.get_host())  # type: ignore[attr-defined]
        return self.get_response(request)
