"""Somebody listens while processes are killed: nothing that changed meanwhile is missed."""

from __future__ import annotations

import os
import signal

import pytest

from dialer.processes import is_alive, wait_until
from tests.live import Event, Stream
from tests.supervisor.conftest import Installation, Make

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.xdist_group("supervisor")]


@pytest.fixture(scope="module")
def running(make_installation: Make) -> Installation:
    installation = make_installation(DIALER_WORKERS="1")
    installation.start()
    return installation


def test_a_listener_misses_nothing_whoever_dies(running: Installation) -> None:
    token = running.dialer("token", "create", "--role", "coordinator").stdout.strip()
    campaign = running.ask("GET", "/campaigns", token)["data"][0]["id"]
    path, headers = f"/api/v1/stream?topics=campaign:{campaign}", {"Authorization": f"Bearer {token}"}
    stream = Stream(f"http://{running.bind}", path, headers)
    assert _sessions(stream.event()) == 0

    _kill(running, "web")
    session = running.ask("POST", f"/campaigns/{campaign}/sessions", token)["id"]
    assert _sessions(stream.event()) == 1, "the stream is no affair of web’s any more"

    _kill(running, "valkey")
    running.ask("POST", f"/sessions/{session}/end", token)
    ended = stream.event()
    assert _sessions(ended) == 0, "without notices it looks for itself"

    _kill(running, "live")
    assert stream.has_ended()
    stream.socket.close()
    running.ask("POST", f"/campaigns/{campaign}/sessions", token)
    assert ended is not None
    with Stream(f"http://{running.bind}", path, headers | {"Last-Event-ID": ended.id}) as again:
        assert _sessions(again.event()) == 1, "what changed while away comes at once"


def _kill(running: Installation, name: str) -> None:
    """Kill it, and wait until it is there again and web answers."""
    note = running.data_dir / "run" / "live.socket"
    killed, before = running.pid(name), note.read_text()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    again = wait_until(lambda: running.pid(name) != killed and is_alive(running.pid(name) or 0), 5)
    assert again, running.log()
    assert wait_until(lambda: running.status("/readyz") == 200, 30, every_s=0.1), running.log()
    assert wait_until(lambda: name != "live" or note.read_text() != before, 10), running.log()


def _sessions(event: Event | None) -> object:
    assert event is not None
    return event.data["sessions_now"]
