"""mizan.django.routes: view functions under their own URLs, through the whole stack."""

from __future__ import annotations

import io
import json
import types
import uuid
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template import engines
from django.template.response import TemplateResponse
from django.test import override_settings
from django.urls import clear_url_caches, include, path, reverse
from project.http import Web
from project.library.models import Book

from mizan.django import Context, client, invalidate
from mizan.django.routes import Patterns, namespaces, pattern_of, urlpatterns
from mizan.server.declare import ClientFunction
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db


def test_a_route_is_a_path_of_the_site(web: Web) -> None:
    @client(context="book", route="/books/<int:book_id>/")
    def book_page(request: HttpRequest, book_id: int) -> HttpResponse:
        return HttpResponse(f"<h1>{book_id}</h1>")

    clear_url_caches()
    response = web.get("/books/5/")
    assert (response.content, response["Content-Type"]) == (
        b"<h1>5</h1>",
        "text/html; charset=utf-8",
    )
    assert "Cache-Control" not in response
    assert reverse("mizan_routes:book_page", kwargs={"book_id": 5}) == "/books/5/"
    assert web.get("/books/five/").status_code == 404
    assert registry.catalog.manifest["contexts"]["book"]["views"] == ["/books/:book_id/"]
    assert "book_page" not in registry.catalog.schema["functions"]
    assert web.read("shelf").status_code == 200
    assert web.call("book_page").status_code == 404


def test_a_colon_names_a_parameter_too(web: Web) -> None:
    @client(context="book", route="/books/:book_id/of/:who/")
    def book_page(request: HttpRequest, book_id: int, who: str) -> HttpResponse:
        return HttpResponse(f"{book_id + 1} {who}")

    assert web.get("/books/5/of/ada/").content == b"6 ada"
    response = web.get("/books/five/of/ada/")
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/book_id"


def test_converters_give_typed_values(web: Web) -> None:
    @client(private=True, route="/things/<uuid:thing>/<path:rest>")
    def thing_page(request: HttpRequest, thing: uuid.UUID, rest: str) -> HttpResponse:
        return HttpResponse(f"{thing.version} {rest}")

    assert web.get("/things/5/x").status_code == 404
    response = web.request("POST", f"/things/{uuid.UUID(int=1 << 78, version=4)}/a/b")
    assert response.content == b"4 a/b"


def test_a_mutations_response_passes_through_with_what_is_stale(web: Web) -> None:
    @client(affects=["book", "shelf"], route="/books/<int:book_id>/rename/")
    def rename(request: HttpRequest, book_id: int, title: str) -> HttpResponse:
        response = HttpResponse(f"<p>{title}</p>", status=201)
        response["HX-Trigger"] = "renamed"
        response["Cache-Control"] = "max-age=600"
        return response

    response = web.post("/books/5/rename/", {"title": "Emma"})
    assert (response.status_code, response.content) == (201, b"<p>Emma</p>")
    assert response["X-Mizan-Invalidate"] == "book;book_id=5, shelf"
    assert response["Cache-Control"] == "no-store"
    assert response["HX-Trigger"] == "renamed"
    assert registry.catalog.manifest["mutations"]["rename"]["route"] == "/books/:book_id/rename/"


def test_streams_files_and_redirects_pass_through(web: Web) -> None:
    async def chunks_async() -> Any:
        for each in (b"a", b"b"):
            yield each

    @client(affects="shelf", route="/stream/")
    def stream(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(chunks_async() if web.is_async else iter([b"a", b"b"]))

    @client(affects="shelf", route="/file/")
    def file(request: HttpRequest) -> FileResponse:
        return FileResponse(io.BytesIO(b"content"), as_attachment=True, filename="x.txt")

    @client(affects="shelf", route="/move/")
    async def move(request: HttpRequest) -> HttpResponseRedirect:
        return HttpResponseRedirect("/elsewhere/")

    streamed, filed, moved = (web.post(path, {}) for path in ("/stream/", "/file/", "/move/"))
    assert streamed.streaming
    assert filed["Content-Disposition"] == 'attachment; filename="x.txt"'
    assert (moved.status_code, moved["Location"]) == (302, "/elsewhere/")
    for response in (streamed, filed, moved):
        assert response["X-Mizan-Invalidate"] == "shelf"
        assert response["Cache-Control"] == "no-store"
        response.close()


def test_a_template_is_rendered_before_the_commit(web: Web) -> None:
    template = engines["django"].from_string("{% for each in books %}{{ each.title }}{% endfor %}")
    broken = engines["django"].from_string("{% include name %}")

    @client(affects="shelf", route="/good/")
    def good(request: HttpRequest) -> TemplateResponse:
        return TemplateResponse(request, template, {"books": Book.objects.all()})

    @client(affects="shelf", route="/bad/")
    def bad(request: HttpRequest) -> TemplateResponse:
        Book.objects.create(title="never")
        return TemplateResponse(request, broken, {"name": "missing.html"})

    assert web.post("/good/", {}).status_code == 200
    assert web.post("/bad/", {}).status_code == 500
    assert not Book.objects.filter(title="never").exists()


def test_methods_default_to_get_for_contexts_and_post_for_others(web: Web) -> None:
    @client(context="shelf", route="/shelf/")
    def shelf_page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("shelf")

    @client(affects="shelf", route="/clear/")
    def clear(request: HttpRequest) -> HttpResponse:
        return HttpResponse("cleared")

    @client(affects="shelf", route="/either/", methods=["PUT", "DELETE"])
    def either(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.method or "")

    assert web.request("HEAD", "/shelf/").status_code == 200
    assert web.post("/shelf/", {})["Allow"] == "GET"
    assert web.get("/clear/")["Allow"] == "POST"
    assert web.get("/clear/").status_code == 405
    assert web.request("PUT", "/either/").content == b"PUT"
    assert web.post("/either/", {})["Allow"] == "DELETE, PUT"


def test_arguments_come_from_the_route_then_form_then_query(web: Web) -> None:
    @client(affects="book", route="/books/<int:book_id>/tags/")
    def tag(
        request: HttpRequest, book_id: int, tags: list[str], note: str = "", cover: Any = None
    ) -> HttpResponse:
        return JsonResponse([book_id, tags, note], safe=False)

    response = web.post("/books/5/tags/?note=query&book_id=7", {"tags": ["a", "b"], "other": "x"})
    assert response.json() == [5, ["a", "b"], "query"]
    response = web.post("/books/5/tags/?note=query", {"tags": ["a"], "note": "form"})
    assert response.json() == [5, ["a"], "form"]
    missing = web.post("/books/5/tags/", {})
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["pointer"] == "/tags"


def test_a_view_takes_files(web: Web) -> None:
    @client(affects="shelf", route="/cover/")
    def cover(request: HttpRequest, image: UploadedFile, alt: str) -> HttpResponse:
        return HttpResponse(image.read() + alt.encode())

    sent = {"image": SimpleUploadedFile("x.png", b"pixels"), "alt": "!"}
    assert web.post("/cover/", sent).content == b"pixels!"


def test_the_body_of_a_private_route_is_untouched_and_needs_no_csrf(web: Web) -> None:
    @client(affects="shelf", private=True, route="/webhooks/pay/")
    def paid(request: HttpRequest) -> HttpResponse:
        signed = request.read()
        invalidate("book", book_id=json.loads(signed)["book"])
        return HttpResponse(signed)

    strict = Web(is_async=web.is_async, enforce_csrf_checks=True)
    strict.client.cookies["sessionid"] = "someone"
    response = strict.request("POST", "/webhooks/pay/", b'{"book":5}')
    assert response.content == b'{"book":5}'
    assert response["X-Mizan-Invalidate"] == "book;book_id=5, shelf"


def test_what_is_no_response_is_a_clear_500(web: Web) -> None:
    @client(affects="shelf", route="/wrong/")
    def wrong(request: HttpRequest) -> HttpResponse:
        Book.objects.create(title="never")
        return {"data": 1}  # type: ignore[return-value]

    assert web.post("/wrong/", {}).json()["code"] == "internal"
    with override_settings(DEBUG=True):
        detail = web.post("/wrong/", {}).json()["detail"]
    assert "annotation is a response returned dict" in detail
    assert not Book.objects.exists()


def test_permissions_hold_for_views(web: Web, ada: Any) -> None:
    class OwnContext(Context):
        user_scoped = True

    @client(context=OwnContext, route="/own/", login_required=True)
    def own(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.user))

    response = web.get("/own/")
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    web.login(ada)
    assert web.get("/own/").content == b"ada"


@pytest.mark.parametrize(
    ("name", "status"), [("missing", 404), ("refused", 403), ("broken", 500), ("ended", 500)]
)
def test_a_browser_gets_the_sites_own_error_pages(web: Web, name: str, status: int) -> None:
    errors = {"missing": Http404(), "refused": PermissionDenied(), "broken": ValueError("x")}

    @client(context="shelf", route="/page/<name>/")
    def page(request: HttpRequest, name: str) -> HttpResponse:
        raise errors.get(name) or StopIteration

    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    response = web.get(f"/page/{name}/", headers=browser)
    assert response.status_code == status
    assert response["Content-Type"].startswith("text/html")
    program = web.get(f"/page/{name}/", headers={"Accept": "*/*"})
    assert program.json()["status"] == status


def test_a_browser_hears_of_what_a_failed_page_changed(web: Web) -> None:
    @client(affects="shelf", route="/half/", atomic=False)
    def half(request: HttpRequest) -> HttpResponse:
        raise Http404

    response = web.post("/half/", {}, headers={"Accept": "text/html"})
    assert (response.status_code, response["X-Mizan-Invalidate"]) == (404, "shelf")


def test_the_patterns_follow_what_is_declared() -> None:
    before = len(urlpatterns)

    @client(private=True, route="/later/")
    def later(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert len(urlpatterns) == before + 1
    assert urlpatterns[-1].name == "later"
    assert [each.name for each in urlpatterns[:]] == [each.name for each in urlpatterns]
    assert isinstance(urlpatterns, Patterns)


def test_a_route_that_django_refuses_is_left_out_with_what_is_wrong() -> None:
    @client(private=True, route="/<nothing:x>/")
    def odd(request: HttpRequest, x: str) -> HttpResponse:
        return HttpResponse()

    assert isinstance(odd, ClientFunction)
    assert "nothing" in str(pattern_of(odd))
    assert "odd" not in [each.name for each in urlpatterns]


def test_where_urls_are_included_is_known() -> None:
    assert list(namespaces("mizan")) == ["mizan"]
    assert list(namespaces("mizan_routes")) == ["mizan_routes"]
    assert list(namespaces("nothing")) == []


def test_urls_may_be_included_within_others() -> None:
    inner = ([path("m/", include("mizan.django.urls", namespace="own"))], "inner")
    urls = types.ModuleType("nested")
    urls.urlpatterns = [path("api/", include(inner))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls):
        assert list(namespaces("mizan")) == ["inner:own"]
        assert registry.catalog.host.base_url == "/api/m/"
