"""mizan.mwt: the names of mizan.django.mwt, where they are guessed."""

from __future__ import annotations

import pytest

import mizan.django.mwt
import mizan.mwt


@pytest.mark.parametrize("name", mizan.mwt.__all__)
def test_the_names_are_those_of_the_adapter(name: str) -> None:
    assert getattr(mizan.mwt, name) is getattr(mizan.django.mwt, name)


def test_the_names_that_users_know_are_there() -> None:
    known = {"create_mwt", "decode_mwt", "MWTUser", "compute_permission_key"}
    assert set(mizan.mwt.__all__) == known
