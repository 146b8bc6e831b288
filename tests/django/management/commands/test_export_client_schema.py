"""`manage.py export_client_schema`."""

import hashlib
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from mizan.schemas import problems


def test_it_prints_the_client_schema() -> None:
    out = io.StringIO()
    call_command("export_client_schema", stdout=out)
    document = json.loads(out.getvalue())
    assert problems("client-schema", document) == []
    assert document["functions"].keys() >= {"book", "rename_book", "add"}


@pytest.mark.django_db
def test_the_hash_of_the_file_is_what_replies_carry(tmp_path: Path) -> None:
    file = tmp_path / "client.json"
    call_command("export_client_schema", "--output", str(file), stdout=io.StringIO())
    reply = Client().get("/api/mizan/ctx/shelf/")
    assert reply["X-Mizan-Schema"] == hashlib.sha256(file.read_bytes()).hexdigest()
