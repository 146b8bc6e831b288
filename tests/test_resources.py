"""mizan.resources finds the data in a wheel and in a checkout, and says where it looked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mizan import resources

FINDERS = {
    "schema": resources.schema_dir,
    "vectors": resources.vectors_dir,
    "requirements": resources.requirements_dir,
    "http": resources.http_cases_dir,
    "app": resources.app_dir,
    "mutants": resources.mutants_dir,
}
CHECKOUT = {
    "schema": "schema",
    "vectors": "conformance/vectors",
    "requirements": "conformance/requirements",
    "http": "conformance/http",
    "app": "conformance/app",
    "mutants": "conformance/ports/broken/mutants",
}


@pytest.mark.parametrize("name", FINDERS)
def test_finds_the_folder_from_any_working_directory(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = FINDERS[name]()
    assert folder.is_absolute()
    assert folder.is_dir()


@pytest.mark.parametrize(("name", "finder"), FINDERS.items())
def test_prefers_the_data_of_the_wheel(
    name: str, finder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "mizan"
    (package / "_data" / name).mkdir(parents=True)
    (tmp_path / CHECKOUT[name]).mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert finder() == package / "_data" / name


@pytest.mark.parametrize(("name", "finder"), FINDERS.items())
def test_falls_back_to_the_checkout(
    name: str, finder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "mizan")
    (tmp_path / CHECKOUT[name]).mkdir(parents=True)
    assert finder() == tmp_path / CHECKOUT[name]


@pytest.mark.parametrize(("name", "finder"), FINDERS.items())
def test_names_both_places_when_the_data_is_missing(
    name: str, finder: Callable[[], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "mizan")
    with pytest.raises(FileNotFoundError, match="Reinstall mizan-protocol") as caught:
        finder()
    assert str(tmp_path / "mizan" / "_data" / name) in str(caught.value)
    assert str(tmp_path / CHECKOUT[name]) in str(caught.value)
