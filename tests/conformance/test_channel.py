"""Lines are bounded, and shown as text."""

from collections.abc import Callable

import pytest

from mizan_conformance.channel import MAX_LINE, Fault, show_line
from mizan_conformance.port import Process

DEADLINE = 20.0
Start = Callable[[str], Process]


def test_a_line_without_end_is_cut_off(start_process: Start) -> None:
    process = start_process("import sys\nwhile True: sys.stdout.write('spam' * 10000)")
    with pytest.raises(Fault, match=f"a line of more than {MAX_LINE} bytes: 'spamspam"):
        process.lines(DEADLINE)


def test_show_line() -> None:
    assert show_line(b"a\xff\n") == "'a\\ufffd\\n'"
    assert show_line(b"a" * 500).endswith("a' and so on (500 bytes)")
