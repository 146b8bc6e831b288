"""The URLs: Mizan's endpoints, the routes of view functions, and pages of the shop's own."""

from django.contrib import admin
from django.urls import include, path

from store import views

urlpatterns = [
    path("api/mizan/", include("mizan.django.urls")),
    path("", include("mizan.django.routes")),
    path("admin/", admin.site.urls),
    path("p/<int:product_id>/", views.product_page),
    path("app/", views.app_page),
    path("app/<path:_>/", views.app_page),
    path("account/", views.account_page),
]
