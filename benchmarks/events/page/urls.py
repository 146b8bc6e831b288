"""URLs of the site: Mizan's, and those of what it is compared with."""

from django.conf import settings
from django.urls import include, path

from page import bare

urlpatterns = [path("api/mizan/", include("mizan.django.urls"))]
if settings.CONTENDER == "bare":
    urlpatterns += [path("bare/", bare.stream), path("bare/change/", bare.change)]
if settings.CONTENDER == "django-eventstream":
    from page import peer

    urlpatterns += [
        path("peer/", include("django_eventstream.urls")),
        path("django-eventstream/change/", peer.change),
    ]
