"""Where the package's data lives: schemas, vectors, requirements (SPEC.md, Annexes).

Invariant: the same files are found from a wheel and from a checkout, whatever the current folder.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

# name -> (folder in the wheel, below the package; folder in a checkout, below the repository)
_FOLDERS = {
    "schema": ("_data/schema", "schema"),
    "vectors": ("_data/vectors", "conformance/vectors"),
    "requirements": ("_data/requirements", "conformance/requirements"),
    "http": ("_data/http", "conformance/http"),
    "app": ("_data/app", "conformance/app"),
    "mutants": ("_data/mutants", "conformance/ports/broken/mutants"),
}


def schema_dir() -> Path:
    """Return the folder with the schema versions (`v1/`). Raises FileNotFoundError if absent."""
    return _find("schema")


def vectors_dir() -> Path:
    """Return the folder with the vector versions (`v1/`), or raise as `schema_dir`."""
    return _find("vectors")


def requirements_dir() -> Path:
    """Return the folder with the requirement lists (`v1.json`), or raise as `schema_dir`."""
    return _find("requirements")


def http_cases_dir() -> Path:
    """Return the folder with the versions of the cases over HTTP (`v1/`), or raise as above."""
    return _find("http")


def app_dir() -> Path:
    """Return the folder with the documents of the conformance app, or raise as above."""
    return _find("app")


def mutants_dir() -> Path:
    """Return the folder with the mutants of the Python core, or raise as above."""
    return _find("mutants")


def _find(name: str) -> Path:
    in_wheel, in_checkout = _FOLDERS[name]
    places = (_PACKAGE / in_wheel, _PACKAGE.parent / in_checkout)
    for place in places:
        if place.is_dir():
            return place
    looked = " and ".join(str(place) for place in places)
    raise FileNotFoundError(
        f"mizan's {name} folder is missing: looked at {looked}. "
        "Reinstall mizan-protocol, or run from a whole checkout."
    )
