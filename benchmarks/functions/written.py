"""Writes a project of many functions as source, for each contender: one module, its URLs with it.

Every tenth function writes, the others read; ten of them are about the same thing, which is a
context of Mizan's. All take two arguments and answer with a pydantic model, or a serializer of the
same fields.
"""

from __future__ import annotations

from pathlib import Path

IN_CONTEXT = 10
_MODEL = """
class Item{n}(BaseModel):
    id: int
    name: str
    tags: list[str]
"""
_PYDANTIC = """
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from pydantic import BaseModel
"""
HEADS = {
    "mizan": _PYDANTIC + "from mizan.django import Context, client\n",
    "by hand": _PYDANTIC
    + """from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import TypeAdapter, ValidationError

class Asked(BaseModel):
    item_id: int
    name: str
""",
    "ninja": _PYDANTIC + "from ninja import NinjaAPI\napi = NinjaAPI()\n",
    "DRF": """
from django.urls import include, path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

class Asked(serializers.Serializer):
    item_id = serializers.IntegerField()
    name = serializers.CharField()
""",
}
# What stands before each ten, then a read and a write; `{n}`: the number, `{c}`: of the ten.
GROUPS = {
    "mizan": _MODEL + "\nclass C{n}Context(Context):\n    user_scoped = False\n",
    "by hand": _MODEL,
    "ninja": _MODEL,
    "DRF": """
class Item{n}(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
""",
}
_VIEW = """
@{methods}
def f{n}(request):
    try:
        given = Asked.model_validate({given})
    except ValidationError as error:
        return HttpResponse(error.json(), content_type="application/json", status=422)
    item = Item{c}(id=given.item_id, name=given.name, tags=[])
    return HttpResponse(item.model_dump_json(), content_type="application/json")
"""
_FUNCTION = """
{decorated}
def f{n}(request: HttpRequest, item_id: int, name: str) -> Item{c}:
    return Item{c}(id=item_id, name=name, tags=[])
"""
_REST = """
class F{n}(APIView):
    def {method}(self, request):
        given = Asked(data={given})
        given.is_valid(raise_exception=True)
        item = {{"id": given.validated_data["item_id"], "name": "", "tags": []}}
        return Response(Item{c}(item).data)
"""


def _function(contender: str, number: int, group: int) -> str:
    names = {"n": number, "c": group}
    writes = number % IN_CONTEXT == IN_CONTEXT - 1
    if contender == "mizan":
        given = f"affects=C{group}Context" if writes else f"context=C{group}Context"
        return _FUNCTION.format(decorated=f"@client({given})", **names)
    if contender == "ninja":
        decorated = f'@api.{"post" if writes else "get"}("/f{number}/", response=Item{group})'
        return _FUNCTION.format(decorated=decorated, **names)
    if contender == "DRF":
        method, given = ("post", "request.data") if writes else ("get", "request.query_params")
        return _REST.format(method=method, given=given, **names)
    methods, given = ("require_GET", "request.GET.dict()")
    if writes:
        methods, given = "csrf_exempt\n@require_POST", "request.POST.dict()"
    return _VIEW.format(methods=methods, given=given, **names)


def _urls(contender: str, count: int) -> str:
    if contender == "mizan":
        return 'urlpatterns = [path("api/", include("mizan.django.urls"))]\n'
    if contender == "ninja":
        return 'urlpatterns = [path("api/", api.urls)]\n'
    view = "F{n}.as_view()" if contender == "DRF" else "f{n}"
    paths = "".join(f'path("f{n}/", {view.format(n=n)}),\n' for n in range(count))
    return f'urlpatterns = [path("api/", include([{paths}]))]\n'


def write(folder: Path, contender: str, count: int) -> None:
    """Write `app.py` with so many functions, and compile it as an installed project's would be."""
    parts = [HEADS[contender]]
    for number in range(count):
        group = number // IN_CONTEXT
        if number % IN_CONTEXT == 0:
            parts.append(GROUPS[contender].format(n=group))
        parts.append(_function(contender, number, group))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text("\n".join([*parts, _urls(contender, count)]))
