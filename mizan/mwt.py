"""Identity tokens for Django users, where they are guessed: the names of `mizan.django.mwt`."""

from mizan.django.mwt import MWTUser, compute_permission_key, create_mwt, decode_mwt

__all__ = ["MWTUser", "compute_permission_key", "create_mwt", "decode_mwt"]
