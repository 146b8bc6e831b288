"""Forms, whose errors reach the client with a pointer per field."""

from django import forms
from django.core.exceptions import ValidationError

from store.models import Customer


class ProfileForm(forms.ModelForm):
    """A customer's own data."""

    class Meta:
        model = Customer
        fields = ("name", "email", "phone")


def saved(form: forms.ModelForm) -> Customer:
    """Save a form and return its row. Raises ValidationError with every field's errors."""
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form.save()
