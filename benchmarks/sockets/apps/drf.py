"""REST framework, as its tutorial says: a serializer on each side."""

from __future__ import annotations

from contenders.serializers import ArgumentsSerializer, RowSerializer, UserSerializer
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.rows import found


class Rows(APIView):
    """Read them."""

    def get(self, request: Request) -> Response:
        """Answer with them."""
        asked = UserSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(RowSerializer(found(**asked.validated_data), many=True).data)


class Made(APIView):
    """Call for them."""

    def post(self, request: Request) -> Response:
        """Answer with them."""
        given = ArgumentsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(RowSerializer(found(**given.validated_data), many=True).data)


urlpatterns = [
    path("api/", include([path("rows/", Rows.as_view()), path("made/", Made.as_view())]))
]
