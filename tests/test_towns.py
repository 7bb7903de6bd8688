"""The server that gives an app the town's webhooks ends with its test."""

from __future__ import annotations

import socket
import threading
import urllib.request

import pytest

from tests.towns import AwaitedServer, Inbox, SilentHandler


def test_a_connection_that_asks_for_nothing_holds_no_test_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SilentHandler, "timeout", 0.2)
    server = AwaitedServer("127.0.0.1", 0, Inbox(), SilentHandler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = ("127.0.0.1", server.server_port)
    with socket.create_connection(address, 5):
        urllib.request.urlopen(
            f"http://127.0.0.1:{server.server_port}/", timeout=5
        ).close()  # so both were let in
        server.shutdown()
        ending = threading.Thread(target=server.server_close, daemon=True)
        ending.start()
        ending.join(10)
        assert not ending.is_alive(), "it waits for whoever says nothing"
