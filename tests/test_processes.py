"""Which processes live."""

from __future__ import annotations

import os
import subprocess
import sys

from dialer.processes import is_alive


def test_a_process_lives_until_it_ends_even_if_nobody_asks_how() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(child.pid)
    assert child.stdin is not None
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and left as a zombie
    assert not is_alive(child.pid)
    child.wait()
    assert not is_alive(child.pid)
