"""The registry of requirements is SPEC.md's own, and each is held by something that exists."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mizan_conformance import requirements
from mizan_conformance.requirements import (
    OVER_HTTP,
    Requirement,
    cases_of,
    disagreements,
    dumped,
    merged,
    of_text,
)
from mizan_conformance.vectors import Vector, load_all

ROOT = Path(__file__).resolve().parent.parent.parent
SPEC = (ROOT / "SPEC.md").read_text("utf-8")


def test_the_registry_says_what_the_text_says() -> None:
    found = list(disagreements(of_text(SPEC), requirements.load()))
    assert not found, "\n".join([*found, "python -m mizan_conformance.requirements --write"])


def test_every_requirement_is_held_by_a_vector_a_test_or_a_reason() -> None:
    cases = [*load_all(), *requirements.server_cases()]
    found = list(requirements.uncovered(requirements.load(), cases, ROOT))
    assert not found, "\n".join(found)


def test_a_codec_requirement_is_shown_never_explained_away() -> None:
    assert not [item.id for item in requirements.load() if item.reason and item.level == "codec"]


def test_every_must_of_the_text_belongs_to_a_requirement() -> None:
    """Outside requirements, annexes and the section on the words themselves, no MUST stands."""
    body, _, _ = SPEC.partition("## Annex A")
    _, _, body = body.partition("## 3. Terms")
    for found in of_text(SPEC):
        head = f"- **{found.id}** [{found.level}] "
        start = body.find(head)
        if start >= 0:
            end = start + len(head)
            rest = found.quote
            while rest and end < len(body):
                end += 1
                if " ".join(body[start + len(head) : end].split()) == rest:
                    break
            body = body[:start] + body[end:]
    assert "MUST" not in body
    assert "SHOULD" not in body


TEXT = """
- **MZ-ABC-001** [codec] A writer MUST write `a`
  and `b`.
- **MZ-ABC-002** [server] A server SHOULD:

<!-- example -->
"""


def test_of_text() -> None:
    assert of_text(TEXT) == [
        Requirement("MZ-ABC-001", "codec", "A writer MUST write `a` and `b`."),
        Requirement("MZ-ABC-002", "server", "A server SHOULD:"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- **MZ-ABC-001** [codex] A.", "not in the form '- \\*\\*MZ-ABC-001.*: MZ-ABC-001"),
        ("- **MZ-ABC-1** [codec] A.", ": MZ-ABC-1"),
        ("Text with **MZ-ABC-003** in it.", ": MZ-ABC-003"),
        ("- **MZ-ABC-001** [codec] A.\n- **MZ-ABC-001** [edge] B.", "twice: MZ-ABC-001"),
    ],
)
def test_a_malformed_text_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        of_text(text)


def test_what_a_server_shows_holds_nothing_of_the_codec_level() -> None:
    over_http = Vector("t/a", "t", OVER_HTTP, ("MZ-ABC-001",), (), "", {}, {})
    codec = Vector("t/b", "t", "jcs", ("MZ-ABC-001",), (), "", {}, {})
    entry = Requirement("MZ-ABC-001", "codec", "It MUST.")
    assert cases_of(entry, [over_http, codec]) == ("t/b",)
    assert cases_of(Requirement("MZ-ABC-001", "server", "It MUST."), [over_http]) == ("t/a",)


def test_merging_keeps_tests_and_reasons() -> None:
    kept = Requirement("MZ-ABC-001", "edge", "Old words.", ("tests/a.py::b",), "Since.")
    gone = Requirement("MZ-ABC-009", "codec", "Gone.")
    first, second = merged(of_text(TEXT), [kept, gone])
    assert first == Requirement(
        "MZ-ABC-001", "codec", "A writer MUST write `a` and `b`.", kept.tests, kept.reason
    )
    assert second == Requirement("MZ-ABC-002", "server", "A server SHOULD:")


def test_what_is_dumped_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "v1.json"
    found = [
        Requirement("MZ-ABC-001", "edge", "É.", ("a::b",)),
        Requirement("MZ-ABC-002", "codec", "B.", (), "Since."),
    ]
    path.write_text(dumped(found), "utf-8")
    assert requirements.load(path) == found


def test_disagreements() -> None:
    text = of_text(TEXT)
    other = Requirement("MZ-ABC-001", "edge", text[0].quote)
    assert list(disagreements(text, [other, Requirement("MZ-ABC-009", "codec", "X.")])) == [
        "MZ-ABC-001: level or quote differ from SPEC.md's",
        "MZ-ABC-002: in SPEC.md, not in the registry",
        "MZ-ABC-009: in the registry, not in SPEC.md",
    ]
    assert not list(disagreements(text, text))


PYTHON_TEST = "def test_it():\n    pass\n\nclass A:\n    def test_in_class(self): pass\n"


@pytest.mark.parametrize(
    ("covered", "tests", "reason", "said"),
    [
        (True, [], None, []),
        (False, ["t.py::test_it", "t.py::test_in_class"], None, []),
        (False, ["t.test.ts::refuses it"], None, []),
        (False, [], "Needs a server.", []),
        (True, ["t.py::test_it"], None, []),
        (False, [], None, ["MZ-CAN-001: no vector, no test and no reason why not"]),
        (True, [], "S.", ["MZ-CAN-001: has a vector or a test, so its reason for none is stale"]),
        (False, ["t.py::test_not"], None, ["MZ-CAN-001: there is no test t.py::test_not"]),
        (False, ["t.test.ts::no"], None, ["MZ-CAN-001: there is no test t.test.ts::no"]),
        (False, ["u.py::test_it"], None, ["MZ-CAN-001: there is no test u.py::test_it"]),
    ],
)  # fmt: skip
def test_uncovered(
    tmp_path: Path,
    make_vector: Callable[..., Vector],
    covered: bool,
    tests: Sequence[str],
    reason: str | None,
    said: Sequence[str],
) -> None:
    (tmp_path / "t.py").write_text(PYTHON_TEST)
    (tmp_path / "t.test.ts").write_text('it("refuses it", () => {});')
    entry = Requirement("MZ-CAN-001", "codec", "A.", tuple(tests), reason)
    vectors = [make_vector("v")] if covered else []
    assert list(requirements.uncovered([entry], vectors, tmp_path)) == said


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "conformance" / "requirements"
    folder.mkdir(parents=True)
    monkeypatch.setattr(requirements, "requirements_dir", lambda: folder)
    monkeypatch.setattr(requirements, "load_all", list)
    (tmp_path / "SPEC.md").write_text(TEXT)

    assert requirements.main(["--write"]) == 1
    assert "MZ-ABC-001: no vector, no test and no reason" in capsys.readouterr().out
    path = folder / "v1.json"
    document = json.loads(path.read_text())
    for entry in document["requirements"]:
        entry["reason"] = "Since."
    path.write_text(json.dumps(document))
    (tmp_path / "SPEC.md").write_text(TEXT.replace("`a`", "`c`"))
    assert requirements.main([]) == 1
    assert "MZ-ABC-001: level or quote differ" in capsys.readouterr().out
    assert requirements.main(["--write"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 requirements: each has a vector, a test or a reason",
        "  codec: 1",
        "  server: 1",
    ]
