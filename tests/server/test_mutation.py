"""mizan/server/mutation.py: who holds what, and when, whatever is called within what."""

from contextlib import suppress
from typing import Any

import pytest

from mizan.protocol.targets import Target
from mizan.server.direct import invalidate


def test_a_mutation_holds_last_before_its_commit_and_renews_first_after_it(kept: Any) -> None:
    assert kept.call("publish").status == 200
    assert kept.host.log == ["effect", "hold", "commit", "renew"]
    assert kept.host.cache.log == [("hold", "news"), ("renew", "news")]


def test_without_a_transaction_it_holds_before_its_first_effect(kept: Any) -> None:
    assert kept.call("loose").status == 200
    assert kept.host.log == ["hold", "effect", "renew"]


def test_what_makes_nothing_stale_asks_the_cache_nothing(kept: Any) -> None:
    kept.call("plain")
    assert kept.host.log == ["effect"]


def test_a_roll_back_tells_the_cache_nothing(kept: Any) -> None:
    assert kept.call("publish", fails=True).status == 404
    assert kept.host.log == ["effect", "rollback"]


def test_what_failed_without_a_transaction_is_purged_all_the_same(kept: Any) -> None:
    assert kept.call("loose", fails=True).headers["X-Mizan-Invalidate"] == "news"
    assert kept.host.log == ["hold", "effect", "renew"]


@pytest.mark.parametrize(
    ("error", "last"), [(RuntimeError("cut off"), []), (LookupError("refused"), ["release"])]
)
def test_a_commit_of_unknown_outcome_stays_held(kept: Any, error: Exception, last: Any) -> None:
    kept.host.commit_error = error
    reply = kept.call("publish")
    assert reply.headers["X-Mizan-Invalidate"] == "news"
    assert kept.host.log == ["effect", "hold", "rollback", *last]


def test_nested_calls_are_held_once_by_whoever_commits(kept: Any) -> None:
    kept.inner = [kept.deep]
    kept.call("publish")
    assert kept.host.log == ["effect", "commit", "hold", "commit", "renew"]
    assert kept.host.cache.log == [("hold", "news", "talk"), ("renew", "news", "talk")]


def test_a_transaction_within_a_loose_function_is_held_by_itself(kept: Any) -> None:
    kept.inner = [kept.deep]
    reply = kept.call("plain")
    assert reply.headers["X-Mizan-Invalidate"] == "talk"
    assert kept.host.log[:4] == ["effect", "hold", "commit", "renew"]
    kept.host.log.clear()
    kept.call("loose")
    assert kept.host.log[:4] == ["hold", "effect", "hold", "commit"]
    assert kept.host.cache.log[-1] == ("renew", "news", "talk")


def test_in_a_callers_transaction_it_is_held_when_that_commits(kept: Any) -> None:
    with kept.host.atomic():
        kept.publish(kept.Request())
        assert kept.host.log == ["effect", "commit"]
    assert kept.host.log == ["effect", "commit", "hold", "commit", "renew"]
    assert kept.host.purged != []


def test_a_loose_function_in_a_callers_transaction_is_held_until_it_commits(kept: Any) -> None:
    loose = next(each for each in kept.registry.functions if each.name == "loose")
    with kept.host.atomic():
        loose(kept.Request())
        assert kept.host.log == ["hold", "effect"]
    assert kept.host.log == ["hold", "effect", "commit", "renew"]


def test_a_callers_transaction_that_rolls_back_holds_nothing(kept: Any) -> None:
    with suppress(LookupError), kept.host.atomic():
        kept.publish(kept.Request())
        raise LookupError
    assert kept.host.log == ["effect", "commit", "rollback"]


def test_what_is_invalidated_outside_of_calls(kept: Any) -> None:
    invalidate(kept.catalog, "news", {})
    assert kept.host.cache.log == [("renew", "news")]
    kept.host.log.clear()
    with kept.host.atomic():
        invalidate(kept.catalog, "news", {})
        assert kept.host.log == []
    assert kept.host.log == ["hold", "commit", "renew"]
    assert len(kept.host.purged) == 2


def test_what_a_function_invalidates_in_a_transaction_of_its_own_is_held_with_it(kept: Any) -> None:
    def own(request: Any) -> None:
        with kept.host.atomic():
            invalidate(kept.catalog, "talk", {})

    kept.client(name="own")(own)
    assert kept.call("own").headers["X-Mizan-Invalidate"] == "talk"
    assert kept.host.log[:3] == ["hold", "commit", "renew"]
    assert kept.host.purged == []


def test_what_is_added_within_a_call_is_held_too(kept: Any) -> None:
    kept.inner = [lambda request: invalidate(kept.catalog, "*", {})]
    kept.call("publish")
    assert kept.host.cache.log == [("hold", "news", "talk"), ("renew", "news", "talk")]


# The cache is unavailable.


def test_what_cannot_be_held_is_left_in_the_outbox_of_the_transaction(kept: Any) -> None:
    kept.host.cache.down = {"hold", "renew"}
    assert kept.call("publish").status == 200
    assert [len(targets) for targets, _ in kept.host.outbox.values()] == [1]
    assert [delay for _, delay in kept.host.outbox.values()] == [0.0]
    kept.host.cache.down = {"hold"}
    kept.call("publish")
    assert len(kept.host.outbox) == 1  # the second was delivered by the worker itself


def test_without_a_transaction_the_outbox_waits_until_it_has_happened(kept: Any) -> None:
    kept.host.cache.down = {"hold", "renew"}
    kept.call("loose")
    assert [delay for _, delay in kept.host.outbox.values()] == [kept.host.hold_timeout]


def test_consistent_refuses_and_changes_nothing(kept: Any) -> None:
    kept.host.consistent = True
    kept.host.cache.down = {"hold", "release"}
    for name, log in (
        ("publish", ["effect", "hold", "release", "rollback"]),
        ("loose", ["hold", "release"]),
    ):
        kept.host.log.clear()
        reply = kept.call(name)
        assert (reply.status, reply.headers["Retry-After"]) == (503, "1")
        assert "X-Mizan-Invalidate" not in reply.headers
        assert kept.host.log == log
    assert kept.host.outbox == {}


def test_a_hold_that_cannot_be_renewed_expires_by_itself(kept: Any) -> None:
    kept.host.cache.down = {"renew"}
    assert kept.call("publish").status == 200
    assert kept.host.outbox == {}


def test_what_was_not_held_and_cannot_be_purged_is_left_in_the_outbox(kept: Any) -> None:
    kept.host.cache.down = {"renew"}
    kept.inner = [lambda request: invalidate(kept.catalog, "talk", {})]
    assert kept.call("loose").status == 200
    ((targets, delay),) = kept.host.outbox.values()
    assert ([each.context for each in targets], delay) == (["news", "talk"], 0.0)


def test_after_the_commit_and_the_purge_it_publishes_what_its_reply_says(heard: Any) -> None:
    heard.host.nonce = "nonce-of-the-call"
    reply = heard.call("publish")
    assert heard.host.log == ["effect", "hold", "commit", "renew", "publish"]
    assert heard.host.broker.published == [((Target("news"),), "nonce-of-the-call")]
    assert reply.headers["X-Mizan-Invalidate"] == "news"
    assert heard.host.counts["published"] == 1


def test_without_a_cache_it_publishes_as_well(heard: Any) -> None:
    heard.host.cache = None
    heard.call("publish")
    heard.call("loose")
    assert heard.host.log == ["effect", "commit", "publish", "effect", "publish"]


def test_what_is_rolled_back_or_makes_nothing_stale_is_not_published(heard: Any) -> None:
    heard.call("publish", fails=True)
    heard.call("plain")
    heard.host.commit_error = LookupError("refused")
    heard.call("publish")
    assert heard.host.broker.published == []


def test_a_commit_of_unknown_outcome_is_published(heard: Any) -> None:
    heard.host.commit_error = RuntimeError("cut off")
    heard.call("publish")
    assert heard.host.log == ["effect", "hold", "rollback", "publish"]


def test_what_the_cache_refuses_is_not_published(heard: Any) -> None:
    heard.host.consistent, heard.host.cache.down = True, {"hold"}
    assert heard.call("publish").status == 503
    assert heard.host.broker.published == []


def test_in_a_callers_transaction_it_is_published_when_that_commits(heard: Any) -> None:
    with heard.host.atomic():
        heard.publish(heard.Request())
        assert heard.host.broker.published == []
    assert heard.host.log[-3:] == ["commit", "renew", "publish"]
    heard.host.log.clear()
    with suppress(ZeroDivisionError), heard.host.atomic():
        heard.publish(heard.Request())
        raise ZeroDivisionError
    assert "publish" not in heard.host.log


def test_what_cannot_be_published_is_left_in_the_outbox(heard: Any) -> None:
    heard.host.broker.down = True
    assert heard.call("publish").status == 200
    assert heard.host.outbox == {0: ((Target("news"),), 0.0)}
    assert heard.host.counts["publish_error"] == 1


def test_a_row_for_the_cache_stays_until_both_were_told(heard: Any) -> None:
    heard.host.cache.down, heard.host.broker.down = {"hold"}, True
    heard.call("publish")
    assert list(heard.host.outbox) == [0]  # of the transaction, and no second one
    heard.host.broker.down = False
    heard.call("publish")
    assert list(heard.host.outbox) == [0]  # this one's row is gone


def test_nothing_is_raised_where_not_even_the_outbox_can_be_written(
    heard: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> int:
        raise OSError("the database is gone")

    heard.host.broker.down = True
    monkeypatch.setattr(heard.host, "remember", refuse)
    assert heard.call("publish").status == 200
    assert "outbox.failed: nobody is told of 1 targets" in caplog.text


def test_what_is_invalidated_outside_of_calls_is_published(heard: Any) -> None:
    invalidate(heard.catalog, "talk", {})
    assert heard.host.broker.published == [((Target("talk"),), "")]
