"""The shop for one test, under uvicorn. Invariant: it ends when its standard input does, so never
outlives the test, however that ended.

usage: serve.py PORT
"""

import os
import sys
import threading
from pathlib import Path

import uvicorn

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"


def end_with_input() -> None:
    """Wait for the end of standard input, then end at once."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_input, daemon=True).start()
    uvicorn.run(
        "shop.asgi:application", app_dir=str(SHOP), port=int(sys.argv[1]), log_level="warning"
    )
