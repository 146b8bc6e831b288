"""The same by django-eventstream: a channel for each user."""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django_eventstream import send_event

from page import models


@csrf_exempt
def change(request: HttpRequest) -> JsonResponse:
    """Change a row, and tell so."""
    user = json.loads(request.body)["args"]["user_id"]
    with transaction.atomic():
        changed = models.change(user)
    send_event(f"customer-{user}", "change", {"call": request.headers["X-Mizan-Call"]})
    return JsonResponse({"result": changed})
