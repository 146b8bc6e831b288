"""The origin cache beside django-redis, cacheops, Django's own caches, and views by hand.

usage: scripts/bench cache [--quick] [--only PART] [--instances N] [--profile STORE] [--json FILE]

parts: hits (warm hits through Django's WSGI handler), purges (by how many entries are stored),
commands (what a request asks of Redis), memory (what an entry takes).

A redis-server of its own listens on loopback while this runs. All contenders run in one process and
take turns; a time is the best of all, so that other load on the machine counts little. Times are by
the clock on the wall, for a hit waits for Redis.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "cache"))

from harness.program import Program
from origin import site
from servers import Server

PARTS = ("hits", "purges", "commands", "memory")
ABOUT = """The origin cache

*Hits*: warm reads through Django's WSGI handler, a thousand instances in turn; "page" is
`cache_page` on a backend, "d-redis get" a view with one `cache.get` of django-redis. *Purges* by
how many entries are stored: django-redis deletes by pattern, tag sets are by hand. *Memory*: an
entry of Mizan's has a guard for its own parameter, which neither django-redis nor locmem has. The
floor is one GET of the bytes, the bytes at hand, or one PING, on the same Redis on loopback; of
memory it is sets of keys by hand, which can purge a row as well."""
PACKAGES = ("Django", "redis", "hiredis", "django-redis", "django-cacheops")


def main() -> int:
    """Add the rows of each part."""
    program = Program("cache", __doc__)
    program.options.add_argument("--only", choices=PARTS)
    program.options.add_argument("--instances", type=int, default=1000, help="requests of hits")
    program.options.add_argument("--profile", choices=("Redis", "memory"), help="hits, instead")
    given = program.parse()
    with Server() as server:
        site.configure(server.url)
        # What reads Django's settings is imported after them.
        from origin import commands, hits, memory, purges

        if given.profile:
            hits.profile(given.profile, server.url, "1 KB")
            return 0
        parts = {
            "hits": lambda: hits.rows(server.url, program.effort, given.instances),
            "purges": lambda: purges.rows(server, quick=given.quick),
            "commands": lambda: commands.rows(server, server.url),
            "memory": lambda: memory.rows(server, quick=given.quick),
        }
        for part in [given.only] if given.only else PARTS:
            for row in parts[part]():
                program.add(row)
        redis = {"Redis": server.client.info("server")["redis_version"]}
    program.finish(ABOUT, PACKAGES, others=redis)
    return 0


if __name__ == "__main__":
    sys.exit(main())
