"""mizan/server/slots.py: where a bundle is kept, and what makes it stale."""

from typing import Any

import pytest

from mizan.protocol.guards import Guard, tag
from mizan.protocol.tags import parse
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server import Context
from mizan.server.host import Identity


@pytest.fixture
def slots(server: Any) -> Any:
    class UserContext(Context):
        pass

    @server.client(context=UserContext)
    def profile(request: Any, user_id: int) -> int:
        return 1

    @server.client(context="news")
    def news(request: Any, page: int = 1) -> int:
        return 1

    return server.catalog.slots


ADA = Identity("1", "k" * 32)


def test_a_slot_has_a_key_and_the_tags_of_its_guards(slots: Any) -> None:
    slot = slots.slot("user", (("user_id", "5"),), ADA, ())
    assert slot.key.startswith("mizan:1:e:user:")
    assert slot.guards == ("user", tag(Guard("user", (("user_id", "5"),))))
    assert slots.slot("news", (("page", "1"),), None, ()).guards == ("news",)


def test_everything_that_a_result_depends_on_is_in_the_key(slots: Any, server: Any) -> None:
    keys = {
        slots.slot(*given).key
        for given in (
            ("news", (("page", "1"),), None, ()),
            ("news", (("page", "2"),), None, ()),
            ("news", (), None, ()),
            ("news", (("page", "1"),), ADA, ()),
            ("news", (("page", "1"),), Identity("2", "k" * 32), ()),
            ("news", (("page", "1"),), Identity("1", "l" * 32), ()),
            ("news", (("page", "1"),), None, (("language", "de"),)),
        )
    }
    server.host.audience = "other"
    server.registry.reset()
    keys.add(server.catalog.slots.slot("news", (("page", "1"),), None, ()).key)
    server.host.cache_secret = b"t" * 32
    server.registry.reset()
    keys.add(server.catalog.slots.slot("news", (("page", "1"),), None, ()).key)
    assert len(keys) == 9


def test_equal_strings_are_one_slot(slots: Any) -> None:
    assert slots.slot("user", (("user_id", "5"),), ADA, ()) is slots.slot(
        "user", (("user_id", "5"),), Identity("1", "k" * 32, by_token=True), ()
    )


def test_targets_name_their_guards_once(slots: Any) -> None:
    # Targets that were written down and read again have texts for values.
    assert slots.guards([Target("user", (("user_id", "5"),))]) == slots.guards(
        [Target("user", (("user_id", 5),))]
    )
    five = Target("user", (("user_id", 5),))
    function = Target("user", (("user_id", 5),), "profile")
    page = Target("news", (("page", 3),))
    assert slots.guards([five, function, page]) == (tag(Guard("user", (("user_id", "5"),))), "news")
    assert set(slots.guards([EVERYTHING])) == {"news", "user"}
    assert slots.guards([]) == ()


def test_a_context_of_another_release_is_purged_as_a_whole(slots: Any) -> None:
    assert slots.guards([Target("gone", (("user_id", 5),))]) == ("gone",)


def test_a_purge_is_of_the_same_guards(slots: Any) -> None:
    targets = [Target("user", (("user_id", 5),)), Target("news", (("page", 3),)), Target("gone")]
    assert sorted(parse(slots.purge(targets))) == sorted(slots.guards(targets))
    assert slots.purge([EVERYTHING]) == '"news", "user"'
    assert slots.purge([Target("user", (("user_id", each),)) for each in range(33)]) == '"user"'
    assert slots.purge([]) == ""
