"""Where commands go, played by hand: what is yielded is what would be sent."""

from __future__ import annotations

import pytest
from redis.exceptions import AskError, MovedError, NoScriptError, ReadOnlyError, ResponseError

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_routes import One, Refused, Spread, Watched, redirection
from mizan.cache.redis_scripts import OPEN, in_full
from mizan.cache.redis_slots import slot_of
from mizan.cache.redis_wire import Address, Batch, Command, Course, Replies, Stale

A, B = Address("a", 1), Address("b", 2)
GET: Command = (b"GET", "key")
SCRIPT = OPEN("key", b"stamp", 5)
SLOT = slot_of(b"key")
Answer = list[Replies] | Exception


def play(course: Course[Replies], *answers: Answer) -> tuple[list[list[Batch]], Replies]:
    """Return all that a course yields, given the answers, and what it returns."""
    sent = [next(course)]
    try:
        for answer in answers:
            if isinstance(answer, Exception):
                sent.append(course.throw(answer))
            else:
                sent.append(course.send(answer))
    except StopIteration as end:
        return sent, end.value
    raise AssertionError(f"more to say: {sent[-1]}")


def moved(to: str, slot: int = SLOT) -> list[ResponseError]:
    """Return the error as old and as new versions of the library make it."""
    return [ResponseError(f"MOVED {slot} {to}"), MovedError(f"{slot} {to}")]


def ask(to: str) -> list[ResponseError]:
    return [ResponseError(f"ASK {SLOT} {to}"), AskError(f"{SLOT} {to}")]


def test_one_server_is_asked() -> None:
    assert play(One(A).course([GET]), [[b"x"]]) == ([[Batch(A, [GET])]], [b"x"])


def test_a_script_that_is_not_known_is_sent_in_full_and_nothing_else_again() -> None:
    course = One(A).course([SCRIPT, GET, SCRIPT])
    unknown = NoScriptError("No matching script.")
    sent, replies = play(course, [[unknown, b"x", unknown]], [[b"1", b"2"]])
    assert sent[1] == [Batch(A, [in_full(SCRIPT), in_full(SCRIPT)])]
    assert replies == [b"1", b"x", b"2"]


def test_an_error_of_the_server_is_told_with_its_command() -> None:
    course = One(A).course([GET, SCRIPT])
    with pytest.raises(Refused, match="Redis refused EVALSHA: OOM out of memory") as caught:
        play(course, [[b"x", ResponseError("OOM out of memory")]])
    assert not caught.value.replaced


@pytest.mark.parametrize(
    "error", [ReadOnlyError("You can't write"), ResponseError("MASTERDOWN Link is down")]
)
def test_a_server_that_was_replaced_says_so(error: ResponseError) -> None:
    with pytest.raises(Refused) as caught:
        play(One(A).course([GET]), [[error]])
    assert caught.value.replaced


S1, S2 = Address("s1", 1, "sentinel"), Address("s2", 2, "sentinel")
MASTER: Answer = [[[b"a", b"1"]]]
IS_MASTER: Answer = [[[b"master", 0, []]]]
DOWN = CacheUnavailable("down")


def test_sentinels_say_where_the_master_is_once() -> None:
    route = Watched([S1, S2], "it")
    sent, replies = play(route.course([GET]), MASTER, IS_MASTER, [[b"x"]])
    asked = (b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", "it")
    assert sent == [[Batch(S1, [asked])], [Batch(A, [(b"ROLE",)])], [Batch(A, [GET])]]
    assert replies == [b"x"]
    assert play(route.course([GET]), [[b"y"]])[1] == [b"y"]
    route.failed()
    assert play(route.course([GET]), MASTER, IS_MASTER, [[b"z"]])[1] == [b"z"]


def test_the_sentinel_that_knew_is_asked_first_from_then_on() -> None:
    route = Watched([S1, S2], "it")
    sent, _ = play(route.course([GET]), DOWN, MASTER, IS_MASTER, [[b"x"]])
    assert [batches[0].address for batches in sent] == [S1, S2, A, A]
    route.failed()
    sent, _ = play(route.course([GET]), MASTER, IS_MASTER, [[b"x"]])
    assert sent[0][0].address == S2


@pytest.mark.parametrize("nothing", [None, ResponseError("ERR unknown")])
def test_a_sentinel_that_does_not_know_the_service_is_passed_over(nothing: object) -> None:
    route = Watched([S1, S2], "it")
    assert play(route.course([GET]), [[nothing]], MASTER, IS_MASTER, [[b"x"]])[1] == [b"x"]
    with pytest.raises(CacheUnavailable, match="s2:2 knows no service 'other'"):
        play(Watched([S1, S2], "other").course([GET]), [[nothing]], [[nothing]])


def test_a_master_that_is_none_is_not_used() -> None:
    with pytest.raises(CacheUnavailable, match="Redis at a:1 is not a master"):
        play(Watched([S1], "it").course([GET]), MASTER, [[[b"slave", b"b", 2]]])


def test_a_stale_connection_to_a_sentinel_is_not_a_dead_sentinel() -> None:
    with pytest.raises(Stale):
        play(Watched([S1, S2], "it").course([GET]), Stale("gone"))


HALF = [[0, SLOT, [b"a", 1, b"id"]], [SLOT + 1, 16383, [b"b", 2, b"id"]]]
OTHER: Command = (b"GET", "foo")  # 12182; SLOT is 12539
assert slot_of(b"foo") < SLOT
LEARN: Command = (b"CLUSTER", b"SLOTS")


def cluster(table: list[list[object]] | None = None) -> Spread:
    """Return a cluster whose slots have been learnt."""
    route = Spread([A])
    sent, _ = play(route.course([GET]), [[table or HALF]], [[b"x"]])
    assert sent[0] == [Batch(A, [LEARN])]
    return route


def test_a_cluster_is_asked_for_its_slots_once() -> None:
    assert play(cluster().course([GET]), [[b"y"]])[0] == [[Batch(A, [GET])]]


def test_each_key_goes_to_its_node_and_replies_come_in_order() -> None:
    table = [[0, SLOT - 1, [b"b", 2, b"id"]], [SLOT, 16383, [b"a", 1, b"id"]]]
    sent, replies = play(cluster(table).course([GET, OTHER, GET]), [[b"1", b"3"], [b"2"]])
    assert sent == [[Batch(A, [GET, GET]), Batch(B, [OTHER])]]
    assert replies == [b"1", b"2", b"3"]


@pytest.mark.parametrize("error", moved("b:2"))
def test_a_slot_that_moved_is_followed_and_all_are_learnt_again(error: ResponseError) -> None:
    route = cluster()
    sent, replies = play(route.course([GET, OTHER]), [[error, b"2"]], [[b"1"]])
    assert sent[1] == [Batch(B, [GET])]
    assert replies == [b"1", b"2"]
    sent, _ = play(route.course([OTHER]), [[HALF]], [[b"3"]])
    assert sent[0][0].commands == [LEARN]


@pytest.mark.parametrize("error", ask("b:2"))
def test_a_key_that_moved_ahead_of_its_slot_is_asked_for_this_once(error: ResponseError) -> None:
    route = cluster()
    sent, replies = play(route.course([GET, GET]), [[error, error]], [[b"OK", b"1", b"OK", b"2"]])
    assert sent[1] == [Batch(B, [(b"ASKING",), GET, (b"ASKING",), GET])]
    assert replies == [b"1", b"2"]
    assert play(route.course([GET]), [[b"3"]])[0] == [[Batch(A, [GET])]]


def test_a_script_that_is_not_known_where_its_key_went_is_sent_there_in_full() -> None:
    answers: list[Answer] = [
        [[ask("b:2")[0]]],
        [[b"OK", NoScriptError("No matching script.")]],
        [[b"OK", b"1"]],
    ]
    sent, replies = play(cluster().course([SCRIPT]), *answers)
    assert sent[2] == [Batch(B, [(b"ASKING",), in_full(SCRIPT)])]
    assert replies == [b"1"]


def test_a_command_that_is_sent_in_circles_is_given_up() -> None:
    circle: list[Answer] = [[[moved(("b:2", "a:1")[n % 2])[0]]] for n in range(6)]
    with pytest.raises(Refused, match="MOVED") as caught:
        play(cluster().course([GET]), *circle)
    assert caught.value.replaced


def test_a_node_without_a_name_is_where_it_was_asked() -> None:
    for error in moved(":7"):
        assert redirection(error, A) == (False, Address("a", 7))
    assert redirection(ResponseError("ERR other"), A) is None
    assert redirection(b"MOVED 1 a:1", A) is None


def test_after_a_failure_the_slots_are_learnt_from_whoever_answers() -> None:
    route = cluster()
    route.failed()
    sent, _ = play(route.course([GET]), DOWN, [[HALF]], [[b"x"]])
    assert [batches[0].address for batches in sent] == [A, B, A]
    route.failed()
    with pytest.raises(CacheUnavailable, match="No node told the cluster's slots: down"):
        play(route.course([GET]), DOWN, DOWN)


@pytest.mark.parametrize("table", [[], ResponseError("ERR no cluster")])
def test_a_server_that_is_no_node_is_named(table: object) -> None:
    with pytest.raises(CacheUnavailable, match="Redis at a:1 is not a node of a cluster"):
        play(Spread([A]).course([GET]), [[table]])


def test_the_servers_that_hold_keys() -> None:
    assert play_nodes(One(A)) == [A]
    assert play_nodes(Watched([S1], "it"), MASTER, IS_MASTER) == [A]
    assert play_nodes(Spread([A]), [[HALF]]) == [A, B]


def play_nodes(route: One | Watched | Spread, *answers: Answer) -> list[Address]:
    course = route.nodes()
    try:
        next(course)
        for answer in answers:
            assert not isinstance(answer, Exception)
            course.send(answer)
    except StopIteration as end:
        return list(end.value)
    raise AssertionError
