"""Django's server for one test. Invariant: it ends when its standard input does, so never outlives
the test, however that ended.

usage: serve.py PORT
"""

import os
import sys
import threading
from pathlib import Path

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"


def end_with_input() -> None:
    """Wait for the end of standard input, then end at once."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    sys.path.insert(0, str(SHOP))
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"

    from django.core.management import execute_from_command_line

    address = f"127.0.0.1:{sys.argv[1]}"
    execute_from_command_line(["manage.py", "runserver", "--noreload", "--skip-checks", address])
