"""Whoever is being answered as the first of web's processes dies is answered to the end."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from pathlib import Path

from dialer.supervisor.children import WEB_LINGERS_S, Child

CARRIER_WAITS_S = 15.0


class Pairs:
    """Processes that begin another each, and whether anybody of the first pair still lives."""

    def __init__(self) -> None:
        self.begun: list[subprocess.Popen[bytes]] = []

    def launch(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            ["/bin/sh", "-c", "sleep 600 & echo; wait"], stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdout is not None
        assert os.read(process.stdout.fileno(), 1) == b"\n", "the other has begun"
        self.begun.append(process)
        return process

    def is_gone(self, within_s: float) -> bool:
        """Each holds the other end of the pipe for as long as it lives."""
        return bool(select.select([self.begun[0].stdout], [], [], within_s)[0])

    def close(self) -> None:
        for process in self.begun:
            assert process.stdout is not None
            process.stdout.close()


def test_others_of_web_go_on_for_as_long_as_a_carrier_waits_and_are_ended_then(tmp_path: Path) -> None:
    pairs = Pairs()
    web = Child("web", pairs.launch, tmp_path / "web.pid", lingers_s=WEB_LINGERS_S)
    web.start()
    try:
        os.kill(pairs.begun[0].pid, signal.SIGKILL)
        pairs.begun[0].wait()
        died = time.monotonic() + 100.0
        web.look_after(died)
        assert len(pairs.begun) == 2, "another is started at once"
        web.look_after(died + CARRIER_WAITS_S)
        assert not pairs.is_gone(0)
        web.look_after(died + WEB_LINGERS_S)
        assert pairs.is_gone(10)
    finally:
        web.clear_away()
        pairs.close()
