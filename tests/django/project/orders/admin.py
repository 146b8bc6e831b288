"""The admin's own forms."""

from django.contrib import admin

from project.orders.models import Order

admin.site.register(Order)
