"""`manage.py export_edge_manifest`."""

import io
import json

from django.core.management import call_command

from mizan.schemas import problems


def test_it_prints_the_manifest() -> None:
    out = io.StringIO()
    call_command("export_edge_manifest", stdout=out)
    document = json.loads(out.getvalue())
    assert problems("manifest", document) == []
    assert document["contexts"].keys() >= {"book", "shelf"}
    assert document["mutations"].keys() >= {"rename_book"}
