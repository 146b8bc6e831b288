"""Serves the conformance app (`../README.md`) on Django, until it is interrupted.

    python conformance/app/django/serve.py [--asgi | --wsgi] [--host HOST] [--port PORT]

It prints its URL when it listens; port 0 is any that is free.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

THREADS = 16  # README.md wants eight requests at a time at least
Serve = Callable[[], object]


def main() -> int:
    """Serve. Returns 0 after an interrupt."""
    options = _options()
    listening = listen(options.host, options.port)
    try:
        serve = (asgi if options.asgi else wsgi)(listening)
        print(url_of(listening), flush=True)
        serve()
    except KeyboardInterrupt:
        pass
    return 0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def url_of(listening: socket.socket) -> str:
    """Return the URL of who listens."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def asgi(listening: socket.socket) -> Serve:
    """Return what serves the app on uvicorn."""
    import uvicorn

    configure()
    from django.core.asgi import get_asgi_application

    config = uvicorn.Config(get_asgi_application(), log_level="warning", lifespan="off")
    return lambda: uvicorn.Server(config).run(sockets=[listening])


def wsgi(listening: socket.socket) -> Serve:
    """Return what serves the app on waitress."""
    import waitress

    configure()
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    return waitress.create_server(application, sockets=[listening], threads=THREADS).run


def configure() -> None:
    """Name the settings, and where they are."""
    folder = str(Path(__file__).resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "conformance_app.settings"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve the conformance app on Django.")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--asgi", action="store_true", help="on uvicorn")
    kind.add_argument("--wsgi", action="store_true", help="on waitress, the default")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="default: 8765; 0: any")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
