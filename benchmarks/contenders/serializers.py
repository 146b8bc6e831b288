"""What every contender is asked, and answers, for REST framework."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class UserSerializer(serializers.Serializer[Any]):
    """What a read asks."""

    user_id = serializers.IntegerField()


class ArgumentsSerializer(UserSerializer):
    """What a call gives."""

    name = serializers.CharField()
    score = serializers.FloatField()


class RowSerializer(serializers.Serializer[Any]):
    """A row."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    email = serializers.CharField()
    active = serializers.BooleanField()
    score = serializers.FloatField()
