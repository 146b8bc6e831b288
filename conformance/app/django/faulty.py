"""Serves the conformance app with one fault of `faults.py`, or each fault on a port of its own.

    python conformance/app/django/faulty.py --list
    python conformance/app/django/faulty.py [--port PORT] FAULT
    python conformance/app/django/faulty.py --all

With --all it prints a line of JSON for each server, and ends with its standard input (POSIX only).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys

import serve


def main() -> int:
    """Serve what was asked for."""
    options = _options()
    serve.configure()
    import django

    django.setup()
    from faults import FAULTS

    if options.list:
        print("\n".join(FAULTS))
    elif options.all:
        _serve_all()
    else:
        _serve(options.fault, options.port)
    return 0


def _serve(fault: str, port: int) -> None:
    from faults import FAULTS

    FAULTS[fault].patch()
    listening = serve.listen("127.0.0.1", port)
    run = serve.wsgi(listening)
    print(serve.url_of(listening), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        run()


def _serve_all() -> None:
    from faults import FAULTS

    children = []
    for name, fault in FAULTS.items():
        listening = serve.listen("127.0.0.1", 0)
        child = os.fork()
        if not child:
            fault.patch()
            serve.wsgi(listening)()
            os._exit(0)
        children.append(child)
        about = {"fault": name, "case": fault.case, "says": fault.says}
        print(json.dumps(about | {"url": serve.url_of(listening)}), flush=True)
        listening.close()
    print(flush=True)
    sys.stdin.read()
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the conformance app with a fault.")
    parser.add_argument("--list", action="store_true", help="list the faults")
    parser.add_argument("--all", action="store_true", help="serve each on a port of its own")
    parser.add_argument("--port", type=int, default=8766, help="default: 8766; 0: any")
    parser.add_argument("fault", nargs="?", metavar="FAULT")
    options = parser.parse_args()
    if not (options.list or options.all or options.fault):
        parser.error("name a fault: --list shows them")
    return options


if __name__ == "__main__":
    sys.exit(main())
