"""Its URLs: the endpoints, and the pages that were built into the folder CLICK_PAGES."""

import os

from django.urls import include, path
from django.views.static import serve

urlpatterns = [
    path("api/mizan/", include("mizan.django.urls")),
    path("<path:path>", serve, {"document_root": os.environ.get("CLICK_PAGES")}),
]
