"""Who asks: contexts of users, guarded functions, sessions."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.contrib.auth import login as begin
from django.contrib.auth import logout as end
from django.http import Http404, HttpRequest
from typing_extensions import TypedDict

from conformance_app.state import state
from mizan.django import AppError, Context, FromRequest, client


class MeContext(Context):
    """What the logged-in user sees of himself."""

    user_id: int = FromRequest(lambda request: request.user.pk)


class VisitorContext(Context):
    """A greeting for whoever asks."""

    user_scoped = True


class MemberContext(Context):
    """A member's card, which differs between users by the name of its parameter."""


class Profile(TypedDict):
    id: int
    name: str
    theme: str


class Card(TypedDict):
    user_id: int
    name: str


class WrongPassword(AppError):
    """The name and the password do not belong together."""

    status = 403


@client(context=MeContext, login_required=True)
def my_profile(request: HttpRequest) -> Profile:
    number = request.user.pk or 0
    key = str(number)
    return {"id": number, "name": state.members.get(key, ""), "theme": state.themes.get(key, "")}


@client(context=VisitorContext)
def greeting(request: HttpRequest) -> str:
    number = request.user.pk
    return f"Hello, {state.members[str(number)]}" if number else "Hello"


@client(context=MemberContext)
def member_card(request: HttpRequest, user_id: int) -> Card:
    if str(user_id) not in state.members:
        raise Http404(f"There is no member {user_id}.")
    return {"user_id": user_id, "name": state.members[str(user_id)]}


@client(affects=[MeContext], login_required=True)
def set_theme(request: HttpRequest, theme: str) -> str:
    state.themes[str(request.user.pk)] = theme
    return theme


@client(affects=[MeContext, MemberContext, VisitorContext], login_required=True)
def rename_member(request: HttpRequest, user_id: int, name: str) -> None:
    state.members[str(user_id)] = name


@client
def whoami(request: HttpRequest) -> int | None:
    return request.user.pk


@client(affects=[MeContext, VisitorContext], errors=[WrongPassword])
def login(request: HttpRequest, name: str, password: str) -> int:
    user = authenticate(request, username=name, password=password)
    if user is None:
        raise WrongPassword("Nobody has this name and password.")
    begin(request, user)
    return int(user.pk)


@client(affects=[MeContext, VisitorContext])
def logout(request: HttpRequest) -> None:
    end(request)
