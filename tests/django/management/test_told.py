"""How commands show what they found."""

from __future__ import annotations

from django.core.management.color import no_style

from mizan.django.management.told import Line, aligned, counted, findings


def test_findings_are_aligned_with_their_advice_below() -> None:
    lines = [Line("ok", ("a:1", "role", "x")), Line("warn", ("b:22", "role", "y"), "Do z.")]
    assert list(findings(lines, no_style())) == [
        "ok    a:1   role  x",
        "warn  b:22  role  y",
        "      Do z.",
    ]
    assert list(findings([], no_style())) == []


def test_what_a_server_said_cannot_steer_the_terminal() -> None:
    (text,) = findings([Line("ok", ("HIT (Via: \x1b[2Jé\r)",))], no_style())
    assert text == r"ok  HIT (Via: \x1b[2Jé\r)"


def test_columns_stand_below_each_other() -> None:
    assert aligned([("a", "1"), ("bbb", "22")]) == ["a    1", "bbb  22"]


def test_a_number_has_its_noun() -> None:
    assert [counted(each, "thing") for each in (0, 1, 2)] == ["0 things", "1 thing", "2 things"]
