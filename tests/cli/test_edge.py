"""`mizan edge resolve`."""

from typing import Any

import pytest


def test_targets_are_resolved_to_tags_urls_and_patterns(mizan: Any, example: Any) -> None:
    manifest = example("manifest/user")
    done = mizan("edge", "resolve", "--manifest", manifest, "user;user_id=5")
    assert (done.status, done.err) == (0, "")
    assert list(done.json) == ["tags", "urls", "patterns"]
    assert done.json["urls"] == ["/users/5/", "/users/5/card/"]
    assert done.json["patterns"] == ["/api/mizan/ctx/user/?*user_id=5"]


def test_manifest_or_field_may_come_from_standard_input(mizan: Any, example: Any) -> None:
    manifest = example("manifest/user")
    one = mizan("edge", "resolve", "--manifest", manifest, "*")
    assert one.json["tags"]
    assert mizan("edge", "resolve", "--manifest", "-", "*", stdin=manifest.read_bytes()) == one
    assert mizan("edge", "resolve", "--manifest", manifest, "-", stdin="*\n") == one
    assert mizan("edge", "resolve", "--manifest", "-", "-", stdin=manifest.read_bytes()).status == 2


def test_a_field_that_cannot_be_read_is_refused_with_what_an_edge_does(
    mizan: Any, example: Any
) -> None:
    done = mizan("edge", "resolve", "--manifest", example("manifest/user"), "User")
    assert (done.status, done.out) == (1, "")
    assert "FIELD: 'User' is not context or context/function." in done.err
    assert "[header.name]" in done.err
    assert "for `*`: everything." in done.err


def test_what_the_manifest_does_not_know_is_said(mizan: Any, example: Any) -> None:
    manifest = example("manifest/user")
    done = mizan("edge", "resolve", "--manifest", manifest, "usr, user;page=2;usr_id=5, *")
    assert (done.status, done.err) == (0, "")  # `*` covers them
    done = mizan("edge", "resolve", "--manifest", manifest, "usr, user;page=2;usr_id=5")
    assert done.status == 0
    assert done.err == (
        "Note: user has no parameter usr_id; there are: page, user_id\n"
        "Note: there is no context usr; there are: user\n"
    )
    assert done.json["tags"] == ["user", "usr"]
    assert "/api/mizan/ctx/user/?page=2*" in done.json["patterns"]


@pytest.mark.parametrize("name", ["call/update-name", "result/fresh"])
def test_what_is_no_manifest_is_refused(mizan: Any, example: Any, name: str) -> None:
    done = mizan("edge", "resolve", "--manifest", example(name), "user")
    assert (done.status, done.out) == (1, "")
    assert f'{example(name)}: (whole document): expected the member "mutations"' in done.err


def test_the_manifest_is_needed(mizan: Any) -> None:
    assert "Missing option '--manifest'" in mizan("edge", "resolve", "user").err
