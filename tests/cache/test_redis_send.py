"""Connections: kept, dropped, limited, each in its thread, process or event loop."""

import asyncio
import contextlib
import gc
import os
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import redis
from servers import HOST, Proxy, Server, free_ports

from mizan.cache.base import CacheUnavailable
from mizan.cache.breaker import Breaker
from mizan.cache.redis_send import MAX_CONNECTIONS, AsyncSender, Dialler, Sender
from mizan.cache.redis_urls import place
from mizan.cache.redis_wire import Address, Batch, Stale
from mizan.errors import ConfigurationError

pytestmark = pytest.mark.server

PING = [(b"PING",)]
LONG = 10.0


@pytest.fixture
def proxy(redis_server: Server) -> Iterator[Proxy]:
    with Proxy(redis_server.port) as proxy:
        yield proxy


def dialler(timeout: float = LONG, url: str = "redis://") -> Dialler:
    return Dialler(place(url, {}), timeout, lambda name: Breaker(name, []))


def at(port: int) -> Address:
    return Address(HOST, port)


def test_replies_come_in_order_and_the_connection_is_used_again(proxy: Proxy) -> None:
    sender = Sender(dialler())
    batch = Batch(at(proxy.port), [(b"ECHO", b"1"), (b"NONSENSE",), (b"ECHO", "2")])
    for _ in range(3):
        ((one, error, two),) = sender.exchange([batch], fresh=False)
        assert (one, two) == (b"1", b"2")
        assert isinstance(error, redis.ResponseError)
    assert proxy.connections == 1
    sender.exchange([batch], fresh=True)
    assert proxy.connections == 2
    sender.close()


def test_several_servers_are_asked_at_one_time(redis_server: Server, proxy: Proxy) -> None:
    sender = Sender(dialler())
    batches = [Batch(at(redis_server.port), [(b"ECHO", 1)]), Batch(at(proxy.port), [(b"ECHO", 2)])]
    assert sender.exchange(batches, fresh=False) == [[b"1"], [b"2"]]
    sender.close()


def test_of_several_servers_the_one_that_failed_is_blamed(redis_server: Server) -> None:
    dials, (dead,) = dialler(), free_ports(1)
    sender = Sender(dials)
    batches = [Batch(at(redis_server.port), PING), Batch(at(dead), PING)]
    for _ in range(3):
        with pytest.raises(CacheUnavailable, match=f"Redis at {HOST}:{dead}: "):
            sender.exchange(batches, fresh=False)
    assert dials.breaker(at(dead)).is_open
    assert dials.breaker(at(redis_server.port)).failures == 0
    assert sender.exchange(batches[:1], fresh=False) == [[b"PONG"]]
    sender.close()


def test_a_connection_that_was_idle_and_is_gone_is_stale_once(proxy: Proxy) -> None:
    sender, batch = Sender(dialler()), Batch(at(proxy.port), PING)
    sender.exchange([batch], fresh=False)
    proxy.cut()
    with pytest.raises(Stale):
        sender.exchange([batch], fresh=False)
    assert sender.exchange([batch], fresh=False) == [[b"PONG"]]
    sender.close()


def test_a_connection_whose_replies_were_not_all_read_is_not_used_again(proxy: Proxy) -> None:
    sender, batch = Sender(dialler(0.2)), Batch(at(proxy.port), [(b"ECHO", b"late")])
    sender.exchange([batch], fresh=False)
    proxy.deaf = True
    with pytest.raises(CacheUnavailable, match=r"no answer within 0\.2 s") as caught:
        sender.exchange([batch], fresh=False)
    assert not isinstance(caught.value, Stale)
    proxy.deaf = False
    assert sender.exchange([Batch(at(proxy.port), PING)], fresh=False) == [[b"PONG"]]
    sender.close()


def test_threads_have_connections_of_their_own(proxy: Proxy) -> None:
    sender, gate, heard = Sender(dialler()), threading.Barrier(8), []

    def call(n: int) -> None:
        gate.wait()
        for turn in range(50):
            text = b"%d-%d" % (n, turn)
            ((reply,),) = sender.exchange([Batch(at(proxy.port), [(b"ECHO", text)])], fresh=False)
            heard.append(reply == text)

    threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == [True] * 400
    assert proxy.connections <= 8
    sender.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # pytest may run threads
def test_a_forked_process_opens_connections_of_its_own(redis_server: Server) -> None:
    sender = Sender(dialler())
    mine = [Batch(at(redis_server.port), [(b"CLIENT", b"ID")])]
    before = sender.exchange(mine, fresh=False)
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.write(writing, str(sender.exchange(mine, fresh=False)).encode())
        os._exit(0)
    os.wait()
    assert os.read(reading, 100).decode() != str(before)
    assert sender.exchange(mine, fresh=False) == before
    sender.close()


def test_event_loops_have_connections_of_their_own_and_close_them(
    redis_server: Server, recwarn: pytest.WarningsRecorder
) -> None:
    sender = AsyncSender(dialler())

    async def main() -> None:
        batch = Batch(at(redis_server.port), [(b"CLIENT", b"ID")])
        first, second = [await sender.exchange([batch], fresh=False) for _ in range(2)]
        assert first == second

    for _ in range(3):
        asyncio.run(main())
    gc.collect()
    assert not sender._homes
    assert not [str(each.message) for each in recwarn]
    assert redis_server.client.info("clients")["connected_clients"] == 1


def test_an_event_loop_that_ended_without_a_word_is_forgotten(redis_server: Server) -> None:
    sender = AsyncSender(dialler())
    batch = Batch(at(redis_server.port), PING)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(sender.exchange([batch], fresh=False))
    loop.run_until_complete(sender.close())
    loop.close()
    assert loop in sender._homes

    async def main() -> None:
        assert await sender.exchange([batch], fresh=False) == [[b"PONG"]]
        assert list(sender._homes) == [asyncio.get_running_loop()]

    asyncio.run(main())


def test_one_event_loop_opens_so_many_connections_and_others_wait(proxy: Proxy) -> None:
    sender = AsyncSender(dialler())

    async def main() -> None:
        batches = [[Batch(at(proxy.port), [(b"ECHO", n)])] for n in range(3 * MAX_CONNECTIONS)]
        replies = await asyncio.gather(*(sender.exchange(each, fresh=False) for each in batches))
        assert replies == [[[b"%d" % n]] for n in range(3 * MAX_CONNECTIONS)]

    asyncio.run(main())
    assert proxy.connections <= MAX_CONNECTIONS


def test_a_coroutine_that_is_cancelled_leaves_no_half_read_connection(proxy: Proxy) -> None:
    sender = AsyncSender(dialler())

    async def main() -> None:
        await sender.exchange([Batch(at(proxy.port), PING)], fresh=False)
        proxy.deaf = True
        late = [Batch(at(proxy.port), [(b"ECHO", b"late")])]
        task = asyncio.create_task(sender.exchange(late, fresh=False))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        proxy.deaf = False
        assert await sender.exchange([Batch(at(proxy.port), PING)], fresh=False) == [[b"PONG"]]

    asyncio.run(main())


def test_where_one_server_failed_the_replies_of_others_are_not_left_for_later(
    proxy: Proxy,
) -> None:
    sender, (dead,) = AsyncSender(dialler()), free_ports(1)

    async def main() -> None:
        first, second = [[Batch(at(proxy.port), [(b"ECHO", n)])] for n in (1, 2)]
        assert await sender.exchange(first, fresh=False) == [[b"1"]]
        with pytest.raises(CacheUnavailable, match=str(dead)) as caught:
            await sender.exchange([*first, Batch(at(dead), PING)], fresh=False)
        assert not isinstance(caught.value, Stale)  # that one was new
        assert await sender.exchange(second, fresh=False) == [[b"2"]]

    asyncio.run(main())


def test_a_coroutine_hears_of_the_same_failures(proxy: Proxy) -> None:
    dials = dialler(0.2)
    sender = AsyncSender(dials)

    async def main() -> None:
        batch = Batch(at(proxy.port), PING)
        await sender.exchange([batch], fresh=False)
        proxy.cut()
        with pytest.raises(Stale):
            await sender.exchange([batch], fresh=False)
        proxy.deaf = True
        for _ in range(3):
            with pytest.raises(CacheUnavailable, match=r"no answer within 0\.2 s"):
                await sender.exchange([batch], fresh=True)
        with pytest.raises(CacheUnavailable, match="failed 3 times in a row"):
            await sender.exchange([batch], fresh=False)

    asyncio.run(main())
    with pytest.raises(CacheUnavailable, match="failed 3 times in a row"):
        Sender(dials).exchange([Batch(at(proxy.port), PING)], fresh=False)  # threads hear of it too


def test_a_server_that_trickles_its_reply_is_given_up_with_asyncio() -> None:
    listener = socket.create_server((HOST, 0))

    def trickle() -> None:
        peer, _ = listener.accept()
        with peer, contextlib.suppress(OSError):
            while True:
                peer.sendall(b"$")
                time.sleep(0.02)

    thread = threading.Thread(target=trickle)
    thread.start()
    sender = AsyncSender(dialler(0.3))

    async def main() -> None:
        with pytest.raises(CacheUnavailable):
            await sender.exchange([Batch(at(listener.getsockname()[1]), PING)], fresh=False)

    asyncio.run(main())
    thread.join()
    listener.close()


def test_options_that_the_library_does_not_know_are_refused_by_name() -> None:
    with pytest.raises(ConfigurationError, match="colour") as caught:
        dialler(url="redis://:secret@host/0?colour=red")
    assert "secret" not in str(caught.value)
    assert "red" not in str(caught.value).replace("redis", "")


def test_a_socket_in_a_folder_is_reached() -> None:
    with Server(unixsocket="redis.sock") as server:
        path = str(server.folder / "redis.sock")
        sender = Sender(dialler(url=f"unix://{path}?db=0"))
        assert sender.exchange([Batch(Address(path, 0), PING)], fresh=False) == [[b"PONG"]]
        sender.close()
