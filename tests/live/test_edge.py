"""The shop under gunicorn and Redis behind real edges: what they keep, and what a change drops.

All edges of benchmarks/edge/edges.py pass the same tests. The load and the history checker are the
program beside them: `scripts/bench edge`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.extend(map(str, (BENCHMARKS / "edge", BENCHMARKS / "coherence")))

import storm  # noqa: E402 (found by the line before, as are those below)
from behind import SHOP, Behind  # noqa: E402
from browser import Browser, Reply  # noqa: E402
from crowd import PAGE  # noqa: E402
from edges import EDGES, Edge  # noqa: E402
from front import Origin  # noqa: E402

pytestmark = pytest.mark.server
PATIENCE = 20.0  # seconds
NAMES = [name for name, each in EDGES.items() if each.is_cache]


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder; a file `closed` in it keeps computed reads at the origin."""
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(scope="module")
def origin(gate: Path) -> Iterator[Origin]:
    with Origin(Behind(gate=str(gate)), people=2) as found:
        yield found


@pytest.fixture(scope="module", params=NAMES)
def edge(request: pytest.FixtureRequest, origin: Origin) -> Iterator[Edge]:
    with EDGES[request.param](origin) as found:
        yield found


@pytest.fixture(scope="module")
def members(edge: Edge) -> Iterator[dict[str, Browser]]:
    """Who has signed in, by name: passwords are slow to check."""
    found: dict[str, Browser] = {}
    yield found
    for each in found.values():
        each.close()


@pytest.fixture
def browser(edge: Edge, members: dict[str, Browser]) -> Iterator[Callable[..., Browser]]:
    """Returns a person's browser: of a visitor, or of who signs in by a name."""
    opened = []

    def someone(name: str | None = None, **options: Any) -> Browser:
        if name in members:
            return members[name]
        found = Browser(edge.port, **options)
        if name is None:
            opened.append(found)
        else:
            found.sign_in(name)
            members[name] = found
        return found

    yield someone
    for each in opened:
        each.close()


@pytest.fixture
def visitor(browser: Callable[..., Browser]) -> Browser:
    return browser()


@pytest.fixture
def mara(browser: Callable[..., Browser]) -> Browser:
    """She runs the shop. What her change drops is gone before each test."""
    found = browser("mara")
    for product_id in (1, 2):
        assert found.call("restock", product_id=product_id, pieces=1).status == 200
    return found


def requests(origin: Origin) -> int:
    """How many have come; one is noted soon after its reply."""
    time.sleep(0.3)
    return origin.requests


def product(of: Browser, product_id: int = 1) -> Reply:
    return of.read("product", product_id=product_id)


def stock(reply: Reply) -> int:
    return int(reply.data["product"]["stock"])


def customer_id(of: Browser) -> int:
    return int(of.read("session").data["me"]["customer_id"])


def update(of: Browser, whose: int, phone: str) -> Reply:
    given = {"name": "who", "email": "who@example.org", "phone": phone}
    return of.call("update_profile", customer_id=whose, **given)


def test_a_read_is_a_hit_at_the_second_request(
    origin: Origin, mara: Browser, visitor: Browser
) -> None:
    first = product(visitor)
    before = requests(origin)
    second = product(visitor)
    assert (first.status, first.edge) == (200, "uri-miss")
    assert (second.status, second.edge) == (200, "hit")
    assert second.content == first.content
    assert requests(origin) == before


def test_a_change_drops_what_it_touched_before_it_is_answered_and_nothing_else(
    mara: Browser, visitor: Browser
) -> None:
    reads = (product, lambda of: product(of, 2), lambda of: of.read("catalogue", **PAGE))
    old, other, _ = [read(visitor) for read in reads]
    assert [read(visitor).edge for read in reads] == ["hit"] * 3
    assert mara.call("restock", product_id=1, pieces=5).status == 200
    fresh, kept, catalogue = [read(visitor) for read in reads]
    assert (stock(fresh), fresh.edge) == (stock(old) + 5, "uri-miss")
    assert (kept.content, kept.edge) == (other.content, "hit")
    assert catalogue.edge == "uri-miss"


def test_a_page_is_dropped_with_the_context_that_it_shows(mara: Browser, visitor: Browser) -> None:
    for path in ("/", "/products/"):
        first, second = visitor.get(path), visitor.get(path)
        assert (first.edge, second.edge) == ("uri-miss", "hit")
        assert first.content == second.content
    price = f"{stock(product(visitor))}.01"
    assert mara.call("change_price", product_id=1, price=price).status == 200
    for path in ("/", "/products/"):
        fresh = visitor.get(path)
        assert fresh.edge == "uri-miss"
        assert price in fresh.content.decode()


def test_the_walk_through_ends_well(edge: Edge) -> None:
    command = [sys.executable, str(SHOP / "edge_walkthrough.py"), edge.url]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "; hit" in done.stdout


def test_what_is_a_users_own_is_kept_for_that_user_or_not_at_all(
    edge: Edge, browser: Callable[..., Browser]
) -> None:
    one, two = browser("buyer-1"), browser("buyer-2")
    for each in (one, two):
        assert each.read("customer", customer_id=customer_id(each)).status == 200
    for each in (one, two):
        found = each.read("customer", customer_id=customer_id(each)).edge
        assert (found == "hit") is edge.keeps_users
    assert update(one, customer_id(one), "77").status == 200
    fresh = one.read("customer", customer_id=customer_id(one))
    assert fresh.data["customer"]["phone"] == "77"
    assert fresh.edge != "hit"
    kept = two.read("customer", customer_id=customer_id(two)).edge
    assert (kept == "hit") is edge.keeps_users


def test_a_users_data_are_dropped_for_everybody_who_saw_them(
    browser: Callable[..., Browser], mara: Browser
) -> None:
    one = browser("buyer-1")
    whose = customer_id(one)
    for _ in range(2):
        assert mara.read("customer", customer_id=whose).status == 200
    assert update(one, whose, "78").status == 200
    assert mara.read("customer", customer_id=whose).data["customer"]["phone"] == "78"


def test_nobody_is_shown_what_is_anothers(browser: Callable[..., Browser]) -> None:
    one, two, visitor = browser("buyer-1"), browser("buyer-2"), browser()
    whose = customer_id(one)
    for _ in range(2):
        assert one.read("session").data["me"]["username"] == "buyer-1"
        assert two.read("session").data["me"]["username"] == "buyer-2"
        assert visitor.read("session").data["me"] is None
        with_cookies = visitor.get("/api/mizan/ctx/session/", **two.with_cookies())
        assert with_cookies.data["me"]["username"] == "buyer-2"
        assert one.read("customer", customer_id=whose).status == 200
        assert two.read("customer", customer_id=whose).status == 403
        assert visitor.read("customer", customer_id=whose).status == 401


def test_shops_are_told_apart_by_their_host(browser: Callable[..., Browser]) -> None:
    for _ in range(2):
        for shop in ("north", "south"):
            reply = browser(host=f"{shop}.localhost").read("catalogue")
            assert reply.data["shop"]["slug"] == shop


def overtaken(gate: Path, edge: Edge, mara: Browser) -> list[int]:
    """Let a read be computed before a change and come after it, then read once more.

    Returns by how much each of the two is behind.
    """
    mara.call("restock", product_id=1, pieces=1)
    reader, seen = Browser(edge.port), []
    with closed(gate):
        thread = threading.Thread(target=lambda: seen.append(stock(product(reader))))
        thread.start()
        wait_for(gate / "waiting")
        changed = mara.call("restock", product_id=1, pieces=1).data["result"]["stock"]
    thread.join(PATIENCE)
    seen.append(stock(product(reader)))
    reader.close()
    return [changed - each for each in seen]


def test_a_reply_that_was_computed_before_a_change_and_comes_after_it_is_not_kept(
    gate: Path, edge: Edge, mara: Browser
) -> None:
    assert overtaken(gate, edge, mara) == [1, 0]  # the first began before the change


@pytest.mark.parametrize("name", NAMES)
def test_an_edge_that_forgets_what_is_in_flight_is_found_out(
    name: str, origin: Origin, gate: Path
) -> None:
    with EDGES[name](origin, fault="in-flight") as edge:
        mara = Browser(edge.port)
        mara.sign_in("mara")
        assert overtaken(gate, edge, mara) == [1, 1]
        mara.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no-purge", "after an acknowledgement|stays stale"),
        ("no-user", "was told to be|another customer|expected 403"),
    ],
)
def test_the_storm_finds_an_edge_that_is_not_told_and_one_that_mixes_users(
    fault: str, said: str, origin: Origin, gate: Path
) -> None:
    (gate / "fault").write_text(fault)
    try:
        with EDGES["mizan-edge"](origin) as edge:
            verdict = storm.through(edge, origin, 1.5, seed=1, buyers=2)
    finally:
        (gate / "fault").unlink()
    assert any(re.search(said, line) for line in verdict.wrong), verdict


def test_a_storm_in_which_nothing_could_go_wrong_is_red() -> None:
    counts = dict.fromkeys(storm.NEEDED, 1)
    assert storm.unproved(counts, is_cache=True) == []
    for name, text in storm.NEEDED.items():
        found = storm.unproved(counts | {name: 0}, is_cache=True)
        assert found == [f"{text}: nothing is proved"]
    assert storm.unproved(counts | {"hit": 0}, is_cache=False) == []


def test_simultaneous_misses_are_one_request(
    gate: Path, origin: Origin, mara: Browser, browser: Callable[..., Browser]
) -> None:
    crowd = [browser() for _ in range(5)]
    before = requests(origin)
    seen: list[Reply] = []
    with closed(gate):
        readers = [threading.Thread(target=lambda b=b: seen.append(product(b))) for b in crowd]
        for each in readers:
            each.start()
        wait_for(gate / "waiting")
        time.sleep(0.5)  # for those that would ask as well
    for each in readers:
        each.join(PATIENCE)
    assert len({each.content for each in seen}) == 1
    assert len(seen) == len(crowd)
    assert requests(origin) == before + 1


def test_while_the_origin_is_down_what_is_kept_is_served_and_nothing_stale(
    origin: Origin, mara: Browser, visitor: Browser
) -> None:
    kept, touched = product(visitor, 2), product(visitor)
    assert mara.call("restock", product_id=1, pieces=1).status == 200
    origin.stop()
    try:
        found = product(visitor, 2)
        assert (found.content, found.edge) == (kept.content, "hit")
        assert product(visitor).status in (502, 503, 504)
    finally:
        origin.start()
    end = time.monotonic() + PATIENCE
    while (fresh := product(visitor)).status != 200:  # who was refused tries again a little later
        assert time.monotonic() < end
    assert stock(fresh) == stock(touched) + 1


def test_the_doctor_finds_nothing_to_change(
    edge: Edge, origin: Origin, browser: Callable[..., Browser], tmp_path: Path
) -> None:
    users = [*browser("buyer-1").identity().items(), *browser("buyer-2").identity().items()]
    (tmp_path / "users").write_text("".join(f"{name}: {token}\n" for name, token in users))
    urls = ["/api/mizan/ctx/product/?product_id=1", "/api/mizan/ctx/session/"]
    options = ["--users", str(tmp_path / "users")]
    purgers = {}
    if edge.name == "varnish":  # the other one is purged by replies alone
        token = (edge.folder / "token").read_text()
        purgers["cdn"] = {"BACKEND": "varnish", "nodes": [edge.url], "token": token}
        options.append("--purge")
    setting = f"from shop.settings import *\nMIZAN_EDGE |= {{'PURGE': {purgers}}}\n"
    (tmp_path / "purging.py").write_text(setting)
    found = doctor(origin, edge, *urls, *options, settings=tmp_path / "purging.py")
    assert {each["level"] for each in found} == {"ok"}
    said = {(each["url"], each["what"]): each["text"] for each in found}
    assert said[urls[0], "cached"].startswith("HIT at the second request")
    assert ("apart" in said[urls[1], "users"]) is edge.keeps_users
    assert ((urls[0], "purge") in said) is bool(purgers)


def doctor(origin: Origin, edge: Edge, *args: str, settings: Path) -> list[Any]:
    """Return what `manage.py mizan_edge doctor` finds."""
    environment = origin.environment()
    environment["DJANGO_SETTINGS_MODULE"] = settings.stem
    environment["PYTHONPATH"] += f"{os.pathsep}{settings.parent}"
    command = [sys.executable, str(SHOP / "manage.py"), "mizan_edge", "doctor", "--edge", edge.url]
    done = subprocess.run(
        [*command, "--json", *args], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    found: list[Any] = json.loads(done.stdout)
    return found


class closed:  # noqa: N801 (it is used like a function)
    """Within the block no read leaves the origin."""

    def __init__(self, gate: Path) -> None:
        self._closed = gate / "closed"
        self._waiting = gate / "waiting"

    def __enter__(self) -> None:
        self._waiting.unlink(missing_ok=True)
        self._closed.touch()

    def __exit__(self, *_error: object) -> None:
        self._closed.unlink()


def wait_for(path: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} is not there"
        time.sleep(0.01)
