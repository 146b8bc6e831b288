"""`{% mizan_hydrate %}`: seen from outside, in pages over WSGI and over ASGI."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.exceptions import SynchronousOnlyOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.template import Context as Values
from django.template import TemplateSyntaxError, engines
from django.template.response import TemplateResponse
from django.test import RequestFactory, override_settings
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control, cache_page
from project import urls as project
from project.http import Web
from project.library.models import Book
from project.middleware import middleware

from mizan.django import Context, client
from mizan.django.host import DjangoHost
from mizan.protocol.guards import Guard, tag
from mizan.protocol.tags import parse

PAGE = Path(__file__).parent / "page.html"
NASTY = "</script><!-- <script> & \u2028\u2029 'ü\""
TEMPLATES: dict[str, str] = {}
pytestmark = pytest.mark.django_db(transaction=True)


class Pages:
    """The views of the tests: whatever template a test has put."""

    @staticmethod
    def sync(request: HttpRequest) -> HttpResponse:
        return render(request, "page.html", {"five": 5, "nasty": NASTY})

    @staticmethod
    async def lazy(request: HttpRequest) -> HttpResponse:
        return TemplateResponse(request, "page.html", {"five": 5})

    @staticmethod
    async def threaded(request: HttpRequest) -> HttpResponse:
        return await sync_to_async(render)(request, "page.html", {"five": 5})

    @staticmethod
    async def in_the_loop(request: HttpRequest) -> HttpResponse:
        return render(request, "page.html", {"five": 5})

    @staticmethod
    def streamed(request: HttpRequest) -> StreamingHttpResponse:
        def parts() -> Iterator[str]:
            yield render(request, "page.html").text

        return StreamingHttpResponse(parts())


urlpatterns = [
    *project.urlpatterns,
    path("sync/", Pages.sync),
    path("atomic/", transaction.atomic(Pages.sync)),
    path("lazy/", Pages.lazy),
    path("threaded/", Pages.threaded),
    path("loop/", Pages.in_the_loop),
    path("streamed/", Pages.streamed),
    path("kept/", cache_page(60)(Pages.sync)),
    path("public/", cache_control(public=True, max_age=60)(Pages.sync)),
]


@pytest.fixture(autouse=True)
def _project() -> Iterator[None]:
    """Contexts of all kinds, and a loader of templates by name."""

    class MeContext(Context):
        """Who asks."""

        user_scoped = True

    @client(context=MeContext)
    def me(request: HttpRequest, shout: bool = False) -> str:
        return str(request.user).upper() if shout else str(request.user)

    @client(context="said")
    def said(request: HttpRequest, text: str = NASTY) -> str:
        assert type(text) is str  # and not what templates mark as safe
        return text

    @client(context="staff", permission="auth.add_user")
    def staff(request: HttpRequest) -> str:
        return "secret"

    @client(context="broken")
    def broken(request: HttpRequest) -> str:
        raise ArithmeticError

    loaders = [("django.template.loaders.locmem.Loader", TEMPLATES)]
    processors = ["django.template.context_processors.request"]
    options = {"loaders": loaders, "context_processors": processors}
    backend = "django.template.backends.django.DjangoTemplates"
    with override_settings(
        ROOT_URLCONF=__name__, TEMPLATES=[{"BACKEND": backend, "OPTIONS": options}]
    ):
        yield
    TEMPLATES.clear()


def put(text: str, **others: str) -> None:
    TEMPLATES.update({"page.html": "{% load mizan %}" + text})
    TEMPLATES.update({f"{name}.html": "{% load mizan %}" + other for name, other in others.items()})


def slices(response: Any) -> list[Any]:
    """Return what a page has, as the runtime finds it."""
    assert response.status_code == 200
    elements = re.findall(
        r'<script type="application/mizan\+json">(.*?)</script>', response.text, re.DOTALL
    )
    assert response.text.count("<script") == len(elements)
    return [one for text in elements for one in json.loads(text)]


@pytest.mark.parametrize("view", ["sync", "lazy", "threaded"])
def test_a_page_has_what_a_get_gives(web: Web, ada: User, view: str) -> None:
    book = Book.objects.create(title="Emma")
    put(f"{{% mizan_hydrate 'me' %}}{{% mizan_hydrate 'book' book_id={book.pk} limit=five %}}")
    web.login(ada)
    response = web.get(f"/{view}/")
    assert slices(response) == [
        {"context": "me", "params": {"shout": False}, "data": web.read("me").json()},
        {
            "context": "book",
            "params": {"book_id": book.pk, "limit": 5},
            "data": web.read("book", f"book_id={book.pk}&limit=5").json(),
        },
    ]
    assert slices(response)[0]["data"] == {"me": "ada"}
    assert response["Cache-Control"] == "private, no-store"


def test_nothing_in_it_ends_the_element(web: Web) -> None:
    put("{% mizan_hydrate 'said' %}{% mizan_hydrate 'said' text=nasty %}")
    response = web.get("/sync/")
    data = {"context": "said", "params": {"text": NASTY}, "data": {"said": NASTY}}
    assert slices(response) == [data, data]
    inner = response.text.replace('<script type="application/mizan+json">', "")
    assert not set("<>&\u2028\u2029") & set(inner.replace("</script>", ""))


def test_an_element_says_up_to_which_event_it_is_fresh(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("{% mizan_hydrate 'said' text='a' %}")
    assert "data-event" not in client.get("/sync/").text
    monkeypatch.setattr(DjangoHost, "position", 'a.1"')
    assert '+json" data-event="a.1&quot;">[' in client.get("/sync/").text


def test_the_page_of_the_runtimes_own_test(client: Any) -> None:
    put(
        "<!doctype html>\n<title>A page</title>\n"
        "{% mizan_hydrate 'said' %}\n<p>Between.</p>\n{% mizan_hydrate 'me' shout=True %}\n"
    )
    assert client.get("/sync/").text == PAGE.read_text("utf-8")


def test_a_page_of_public_data_is_its_own_to_say_who_keeps_it(web: Web, ada: User) -> None:
    put("{% mizan_hydrate 'said' text='a' %}")
    assert web.get("/public/")["Cache-Control"] == "public, max-age=60"
    assert web.get("/sync/")["Cache-Control"] == "private, no-store"
    put("{% mizan_hydrate 'said' text='a' %}{% mizan_hydrate 'me' %}")
    assert web.get("/public/")["Cache-Control"] == "private, no-store"
    put("{% mizan_hydrate 'staff' %}")
    assert web.get("/public/")["Cache-Control"] == "public, max-age=60"


def test_djangos_own_cache_keeps_no_such_page(web: Web, ada: User, bob: User) -> None:
    put("{% mizan_hydrate 'me' %}")
    for user in (ada, bob):
        web.login(user)
        assert slices(web.get("/kept/"))[0]["data"] == {"me": user.username}
    per_site = {1: "django.middleware.cache.UpdateCacheMiddleware"}
    last = {len(per_site) + 6: "django.middleware.cache.FetchFromCacheMiddleware"}
    with middleware(insert=per_site | last):
        for user in (ada, bob):
            web.login(user)
            assert slices(web.get("/sync/"))[0]["data"] == {"me": user.username}


def test_what_the_database_refuses_harms_no_transaction_of_the_page(web: Web) -> None:
    """PostgreSQL ends a transaction with the first error in it."""

    @client(context="twice")
    def twice(request: HttpRequest) -> None:
        for _ in "ab":
            Book.objects.create(pk=1)

    @client(context="counted")
    def counted(request: HttpRequest) -> int:
        return Book.objects.count()

    put("{% mizan_hydrate 'twice' %}{% mizan_hydrate 'counted' %}")
    (found,) = slices(web.get("/atomic/"))
    assert found["data"] == {"counted": 0}


def test_what_is_refused_or_fails_is_left_out(web: Web, ada: User) -> None:
    tags = ["'staff'", "'broken'", "'book' book_id=0"]
    put("".join(f"{{% mizan_hydrate {tag} %}}" for tag in tags) + ".")
    web.login(ada)
    with override_settings(DEBUG=True):
        assert web.get("/sync/").text == "."
    ada.is_superuser = True
    ada.save()
    assert [each["context"] for each in slices(web.get("/sync/"))] == ["staff"]


@pytest.mark.parametrize(
    ("tag", "say"),
    [
        ("'nowhere'", "nowhere: There is no context 'nowhere'."),
        ("missing", "There is no context ''"),
        ("'book'", "book_id is missing"),
        ("'book' book_id='x'", "book: 1 parameter is not valid."),
        ("'book' book_id=5 size=1", "There is no parameter 'size'; the context has: book_id"),
    ],
)
def test_mistakes_are_told_under_debug(
    tag: str, say: str, caplog: pytest.LogCaptureFixture, client: Any
) -> None:
    put(f"one\n{{% mizan_hydrate {tag} %}}")
    with override_settings(DEBUG=True), pytest.raises(TemplateSyntaxError) as caught:
        client.get("/sync/")
    assert "mizan_hydrate (page.html, line 2)" in str(caught.value)
    assert say in str(caught.value)
    assert client.get("/sync/").text == "one\n"
    assert say in caplog.text
    assert "hydrate.empty: mizan_hydrate (page.html, line 2)" in caplog.text


@pytest.mark.parametrize("tag", ["", "user_id=5", "'book' 5", "'book' book_id=5 book_id=6"])
def test_another_notation_is_refused(tag: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="mizan_hydrate 'context' name=value"):
        engines["django"].from_string("{% load mizan %}{% mizan_hydrate " + tag + " %}")


def test_a_fragment_that_is_kept_for_all_is_refused(client: Any) -> None:
    put("{% load cache %}{% cache 60 x %}{% include 'part.html' %}{% endcache %}")
    TEMPLATES["part.html"] = "{% load mizan %}\n{% mizan_hydrate 'me' %}"
    with pytest.raises(TemplateSyntaxError, match=r"\(part.html, line 2\).*{% cache %}"):
        client.get("/sync/")
    put("{% load cache %}{% cache 60 x %}a{% endcache %}{% include 'part.html' %}")
    assert len(slices(client.get("/sync/"))) == 1


def test_it_needs_the_request_a_thread_and_headers_to_come(client: Any) -> None:
    put("{% mizan_hydrate 'me' %}")
    template = engines["django"].get_template("page.html").template
    with pytest.raises(TemplateSyntaxError, match="there is no request"):
        template.render(Values({}))
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=False)  # type: ignore[assignment]
    wrapped = SimpleNamespace(_request=request)
    assert "mizan+json" in template.render(Values({"request": wrapped}))
    with pytest.raises(SynchronousOnlyOperation, match="TemplateResponse"):
        client.get("/loop/")
    with pytest.raises(TemplateSyntaxError, match="streamed"):
        client.get("/streamed/").getvalue()


def test_it_carries_the_pages_nonce() -> None:
    put("{% mizan_hydrate 'said' text='a' %}")
    template = engines["django"].get_template("page.html").template
    request: Any = RequestFactory().get("/")
    element = '<script type="application/mizan+json" nonce="a&quot;b">['

    class LazyNonce(SimpleLazyObject):
        """Django's own is false until it is read."""

        def __bool__(self) -> bool:
            return False

    nonce = LazyNonce(lambda: 'a"b')
    assert template.render(Values({"request": request, "csp_nonce": nonce})).startswith(element)
    request.csp_nonce = nonce
    assert template.render(Values({"request": request})).startswith(element)


def test_an_edge_is_told_the_tags_of_a_page(web: Web) -> None:
    one, two = Book.objects.create(title="Emma"), Book.objects.create(title="Ida")
    put("".join(f"{{% mizan_hydrate 'book' book_id={each.pk} %}}" for each in (one, two)))
    assert "Cache-Groups" not in web.get("/public/")
    with override_settings(MIZAN_EDGE={"TAGS": ["varnish"]}):
        response = web.get("/public/")
        assert "Cache-Groups" not in web.get("/sync/")
    tags = ["book", *(tag(Guard("book", (("book_id", str(each.pk)),))) for each in (one, two))]
    assert response["Cache-Control"] == "public, max-age=60"
    assert response["xkey"] == " ".join(tags)
    assert parse(response["Cache-Groups"]) == tuple(tags)
