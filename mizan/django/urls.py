"""Mizan's URLs: `path("api/mizan/", include("mizan.django.urls"))`.

The routes of view functions are paths of the site: `path("", include("mizan.django.routes"))`.
"""

from django.urls import path

from mizan.django import views

app_name = "mizan"
urlpatterns = [
    path("call/", views.call, name="call"),
    path("ctx/<str:name>/", views.context, name="context"),
    path("events/", views.events, name="events"),
]
