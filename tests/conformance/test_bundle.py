"""The data of the suite goes out as it is, with its hashes."""

import hashlib
import io
import tarfile
from pathlib import Path

from mizan_conformance import bundle
from mizan_conformance.vectors import load_all

ROOT = Path(__file__).resolve().parent.parent.parent
# folder of the bundle -> folder of the repository
PLACES = {
    "app": "conformance/app",
    "http": "conformance/http",
    "requirements": "conformance/requirements",
    "schema": "schema",
    "vectors": "conformance/vectors",
}


def test_each_file_is_the_repositorys() -> None:
    found = dict(bundle.files())
    for name, data in found.items():
        folder, _, rest = name.partition("/")
        if name != bundle.SUMS:
            assert (ROOT / PLACES[folder] / rest).read_bytes() == data
    assert {name.partition("/")[0] for name in found} == {*PLACES, bundle.SUMS}
    topics = {vector.topic for vector in load_all()}
    assert {f"vectors/v1/{topic}.json" for topic in topics} <= found.keys()
    schemas = {path.name for path in (ROOT / "schema/v1").glob("*.schema.json")}
    assert {f"schema/v1/{name}" for name in schemas} <= found.keys()


def test_the_hashes_are_those_of_the_files(tmp_path: Path) -> None:
    assert bundle.write(tmp_path) == len(list(bundle.files()))
    lines = (tmp_path / bundle.SUMS).read_text().splitlines()
    assert len(lines) == bundle.write(tmp_path) - 1
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_what_is_not_as_written_is_told(tmp_path: Path) -> None:
    bundle.write(tmp_path)
    assert bundle.stale(tmp_path) == []
    (tmp_path / "vectors/v1/key.json").write_bytes(b"{}")
    (tmp_path / "vectors/v1/jcs.json").unlink()
    (tmp_path / "vectors/v1/old.json").touch()
    assert sorted(bundle.stale(tmp_path)) == [
        "vectors/v1/jcs.json is not there",
        "vectors/v1/key.json differs",
        "vectors/v1/old.json is too many",
    ]


def test_a_tarball_has_the_same_files_and_always_the_same_bytes() -> None:
    data = bundle.tarball()
    assert data == bundle.tarball()
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found = {}
        for entry in archive:
            file = archive.extractfile(entry)
            assert file
            found[entry.name.removeprefix("mizan-conformance-v1/")] = file.read()
    assert found == dict(bundle.files())
