"""Which processes live."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("is_own", [True, False])
def test_a_process_that_steps_back_takes_its_own_session_along_and_no_other(is_own: bool) -> None:
    """The session of whoever started it by hand stays as it was."""
    told = "from dialer.processes import step_back; step_back(5); import os; print(os.nice(0)); "
    told += "from pathlib import Path; at = Path('/proc/self/autogroup'); "
    told += "print(at.read_text().split()[-1] if at.exists() else None)"
    nice = os.nice(0)
    if is_own:
        found = subprocess.run(
            [sys.executable, "-c", told], start_new_session=True, capture_output=True, text=True, check=True
        )
    else:
        child = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
        found = subprocess.run(
            [sys.executable, "-c", child, told],
            start_new_session=True,
            capture_output=True,
            text=True,
            check=True,
        )
    own, of_session = found.stdout.split()
    assert int(own) == nice + 5
    assert of_session in {"None", str(nice + 5 if is_own else 0)}
