"""URLs of one tenant, whom a middleware gives a URLconf of its own."""

from django.urls import path

from mizan.django.views import call
from project.urls import urlpatterns as of_all

urlpatterns = [*of_all, path("own/", call, name="own")]
