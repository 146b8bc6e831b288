"""`manage.py mizan_functions`."""

import io
import json

from django.core.management import call_command

from mizan.server.registry import registry


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mizan_functions", *arguments, stdout=out)
    return out.getvalue()


def test_the_table_is_the_default() -> None:
    lines = run().splitlines()
    assert lines[0].split()[:5] == ["name", "kind", "context", "/", "affects"]
    (line,) = (each for each in lines if each.startswith("rename_book "))
    assert line.split()[1:6] == ["mutation", "book,", "shelf", "book_id,", "title"]


def test_json_has_every_function() -> None:
    assert {each["name"] for each in json.loads(run("--format", "json"))} == (
        registry.catalog.functions.keys()
    )
