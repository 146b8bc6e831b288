"""URLs of the site."""

from django.urls import include, path

urlpatterns = [path("m/", include("mizan.django.urls"))]
