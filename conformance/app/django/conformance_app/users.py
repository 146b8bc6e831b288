"""The users of server.json, without a table.

Invariant: the same users and permissions for sessions and tokens.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import user_logged_in
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import User
from django.http import HttpRequest

from conformance_app.settings import SERVER

USERS: dict[int, dict[str, Any]] = {each["id"]: each for each in SERVER["users"]}
# Django would write down when; there is no table for it.
user_logged_in.disconnect(dispatch_uid="update_last_login")


class Backend(BaseBackend):
    """Users by name and password, or by their number."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None
    ) -> User | None:
        """Return the user of a name and password, None for nobody."""
        for number, user in USERS.items():
            if (user["name"], user["password"]) == (username, password):
                return self.get_user(number)
        return None

    def get_user(self, user_id: Any) -> User | None:
        """Return a user by number."""
        user = USERS.get(user_id)
        return User(pk=user_id, username=user["name"]) if user else None

    def get_user_permissions(self, user_obj: User, obj: Any = None) -> set[str]:
        """Return what a user may do."""
        return set(USERS[user_obj.pk]["permissions"])


def may(permission: str, user_id: int | None) -> bool:
    """Whether a user has a permission."""
    return user_id is not None and permission in USERS[user_id]["permissions"]
