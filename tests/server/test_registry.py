"""mizan/server/registry.py: collects declarations, and freezes them once."""

import threading
from typing import Any

import pytest

from mizan.server.declare import ClientFunction
from mizan.server.registry import DeclarationsInvalid, Registry, registry


def read(request: Any, user_id: int) -> int: ...  # type: ignore[empty-body]


def test_decorating_with_and_without_options() -> None:
    made = Registry()
    plain = made.client(read)
    named = made.client(name="other", context="user")(read)
    assert made.functions == [plain, named]
    assert isinstance(plain, ClientFunction)
    assert (plain.name, named.name, named.options.context) == ("read", "other", "user")
    assert plain.fn is read


def test_a_misspelt_option_fails_at_once() -> None:
    with pytest.raises(TypeError, match="did you mean 'affects'"):
        Registry().client(affect="user")
    with pytest.raises(TypeError, match="@client declares a function"):
        Registry().client("user")


def test_without_a_framework() -> None:
    made = Registry()
    with pytest.raises(RuntimeError, match=r'No framework: put "mizan.django" into'):
        _ = made.catalog
    assert isinstance(registry, Registry)


def test_the_catalog_is_made_once_and_anew_after_a_change(server: Any) -> None:
    server.client(read)
    first = server.catalog
    assert server.catalog is first
    server.client(name="other")(read)
    second = server.catalog
    assert second is not first
    assert second.functions.keys() == {"read", "other"}
    server.registry.reset()
    assert server.catalog is not second


def test_faults(server: Any) -> None:
    assert server.faults == []
    server.client(name="Bad")(read)
    server.client(affects="nothing", name="lost")(read)
    with pytest.raises(DeclarationsInvalid) as caught:
        _ = server.catalog
    assert len(caught.value.faults) == 2
    assert str(caught.value).splitlines() == [str(each) for each in server.faults]


def test_many_threads_make_one_catalog(server: Any) -> None:
    server.client(read)
    made: list[Any] = []
    hosts: list[Any] = []
    barrier = threading.Barrier(4)

    def host() -> Any:
        hosts.append(server.host)
        return server.host

    def ask() -> None:
        barrier.wait()
        made.append(server.catalog)

    server.registry.host = host
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len({id(each) for each in made}) == 1
    assert len(hosts) == 1


def test_calling_a_function_goes_through_the_catalog(server: Any) -> None:
    @server.client
    def double(request: Any, number: int) -> int:
        return 2 * number

    assert double("request", "4") == 8
