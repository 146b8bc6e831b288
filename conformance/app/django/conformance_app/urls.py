"""The URLs of the conformance app: Mizan's, and the routes of its view functions."""

from django.urls import include, path

urlpatterns = [
    path("mizan/", include("mizan.django.urls")),
    path("", include("mizan.django.routes")),
]
