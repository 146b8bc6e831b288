"""Mizan for Django: put "mizan.django" into INSTALLED_APPS and include "mizan.django.urls"."""
