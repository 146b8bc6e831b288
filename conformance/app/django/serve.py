"""Serves the conformance app (`../README.md`) on Django, until it is interrupted.

    python conformance/app/django/serve.py [--asgi | --wsgi] [--host HOST] [--port PORT]

It prints its URL when it listens; port 0 is any that is free.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import Any

THREADS = 16  # README.md wants eight requests at a time at least


def main() -> int:
    """Serve. Returns 0 after an interrupt."""
    options = _options()
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conformance_app.settings")
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listening = socket.create_server((options.host, options.port), family=family)
    host = f"[{options.host}]" if ":" in options.host else options.host
    try:
        serve = (_asgi if options.asgi else _wsgi)(listening)
        print(f"http://{host}:{listening.getsockname()[1]}/", flush=True)
        serve()
    except KeyboardInterrupt:
        pass
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the conformance app on Django.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--asgi", action="store_true", help="on uvicorn")
    kind.add_argument("--wsgi", action="store_true", help="on waitress, the default")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="default: 8765; 0: any")
    return parser.parse_args()


def _asgi(listening: socket.socket) -> Any:
    import uvicorn
    from django.core.asgi import get_asgi_application

    config = uvicorn.Config(get_asgi_application(), log_level="warning", lifespan="off")
    return lambda: uvicorn.Server(config).run(sockets=[listening])


def _wsgi(listening: socket.socket) -> Any:
    import waitress
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    return waitress.create_server(application, sockets=[listening], threads=THREADS).run


if __name__ == "__main__":
    sys.exit(main())
