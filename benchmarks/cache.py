"""The origin cache beside django-redis, cacheops, Django's own caches, and views by hand.

usage: cache.py [--only PART] [--rounds N] [--instances N] [--profile STORE]

parts: hits (warm hits through Django's WSGI handler), purges (by how many entries are stored),
commands (what a request asks of Redis), memory (what an entry takes).

A redis-server of its own listens on loopback while this runs. All contenders run in one process and
take turns, twenty calls each; a time is the best of all rounds, so that other load on the machine
counts little. Times are by the clock on the wall, for a hit waits for Redis.
"""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "cache"))

from origin import site
from servers import Server

PARTS = ("hits", "purges", "commands", "memory")
PACKAGES = ("Django", "redis", "hiredis", "django-redis", "django-cacheops")


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--instances", type=int, default=1000, help="different requests of hits")
    parser.add_argument("--profile", choices=("Redis", "memory"), help="profile hits instead")
    arguments = parser.parse_args()
    with Server() as server:
        site.configure(server.url)
        # What reads Django's settings is imported after them.
        from origin import commands, hits, memory, purges

        if arguments.profile:
            hits.profile(arguments.profile, server.url, "1 KB")
            return 0
        import mizan

        found = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        redis = server.client.info("server")["redis_version"]
        print(f"Python {sys.version.split()[0]}, mizan {mizan.__version__}, Redis {redis}, {found}")
        runs = {
            "hits": lambda: hits.run(server.url, arguments.rounds, arguments.instances),
            "purges": lambda: purges.run(server),
            "commands": lambda: commands.run(server, server.url),
            "memory": lambda: memory.run(server),
        }
        wanted = [arguments.only] if arguments.only else PARTS
        missed = sum(runs[part]() for part in wanted)
    print(f"\nMissed goals: {missed}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
