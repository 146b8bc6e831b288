"""The cache on a server that takes TLS alone, with a certificate of its own authority."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from servers import HOST, Server

from mizan.cache.base import CacheUnavailable, State
from mizan.cache.redis import RedisCache

pytestmark = pytest.mark.server

KEY = "mizan:1:e:shop:00"
GUARDS = ("shop", "h-one")
LONG = 10.0


def certify(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1, which is its own authority. Returns (it, its key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    paths[1].write_bytes(secret)
    return paths


class TlsServer(Server):
    """A redis-server that speaks TLS and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.certificate, key = certify(self.folder)
        self.settings |= {
            "tls-port": self.port,
            "tls-cert-file": str(self.certificate),
            "tls-key-file": str(key),
            "tls-ca-cert-file": str(self.certificate),
            "tls-auth-clients": "no",
        }

    def listening(self) -> dict[str, str | int]:
        return {"port": 0}

    @property
    def url(self) -> str:
        return f"rediss://{HOST}:{self.port}/0"

    @property
    def client(self) -> redis.Redis:
        if self._client is None:
            authority = str(self.certificate)
            self._client = redis.Redis(
                host=HOST, port=self.port, ssl=True, ssl_ca_certs=authority, socket_timeout=5
            )
        return self._client


@pytest.fixture
def server() -> Iterator[TlsServer]:
    with TlsServer() as server:
        yield server


def test_it_keeps_and_purges_over_tls(server: TlsServer) -> None:
    cache = RedisCache(server.url, timeout=LONG, ssl_ca_certs=str(server.certificate))
    begun = cache.begin(KEY, cache.read(KEY, GUARDS), GUARDS)
    assert begun.state is State.MISS
    assert cache.store(KEY, GUARDS, begun, b"{}", 60) is True
    assert cache.read(KEY, GUARDS).payload == b"{}"
    assert asyncio.run(_aread(cache)) == b"{}"
    cache.purge(GUARDS[:1])
    assert cache.read(KEY, GUARDS).state is State.MISS
    cache.close()


async def _aread(cache: RedisCache) -> bytes:
    found = await cache.aio.read(KEY, GUARDS)
    await cache.aio.close()
    return found.payload


def test_a_certificate_of_an_unknown_authority_is_refused(server: TlsServer) -> None:
    cache = RedisCache(server.url, timeout=LONG)
    with pytest.raises(CacheUnavailable):
        cache.read(KEY, GUARDS)
    cache.close()


def test_plain_text_to_a_tls_port_is_refused(server: TlsServer) -> None:
    cache = RedisCache(server.url.replace("rediss", "redis"), timeout=LONG)
    with pytest.raises(CacheUnavailable):
        cache.read(KEY, GUARDS)
    cache.close()
