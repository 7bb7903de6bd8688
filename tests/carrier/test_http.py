"""The wire's HTTP: what an answer may look like, and that nothing but a question is ever asked twice."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from dialer.carrier.http import Answer, Connections, NoAnswerError, NoConnectionError, Origin
from dialer.carrier.loop import LoopThread
from tests.carrier.stub import Reply, Stub

ASK = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
CONTINUED = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 2\r\nretry-after: 7\r\n\r\nok"
ENDLESS = b"HTTP/1.0 502 Bad\r\n\r\nlong"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"
WHOLE = Reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    thread = LoopThread("http")
    yield thread
    thread.stop()


async def ask(stub: Stub, times: int = 1, *, may_repeat: bool = False, idle_s: float = 10.0) -> list[Answer]:
    connections = Connections(idle_s)
    origin = Origin("127.0.0.1", stub.port, is_secure=False)
    try:
        return [await connections.ask(origin, ASK, 2.0, may_repeat=may_repeat) for _ in range(times)]
    finally:
        await connections.close()


@pytest.mark.parametrize(
    ("reply", "status", "body"),
    [
        (Reply(CHUNKED), 200, b"abcde"),
        (Reply(CONTINUED), 201, b"ok"),
        (Reply(ENDLESS, "close"), 502, b"long"),
    ],
)
def test_an_answer_is_read_however_it_ends(loop, stub: Stub, reply: Reply, status: int, body: bytes):
    stub.says = lambda _: reply
    [answer] = loop.run(ask(stub))
    assert (answer.status, answer.body) == (status, body)
    assert answer.headers.get("Retry-After") == ("7" if status == 201 else None)


@pytest.mark.parametrize("raw", [b"", b"rubbish\r\n\r\n", SHORT])
def test_half_an_answer_is_none(loop, stub: Stub, raw: bytes):
    stub.says = lambda _: Reply(raw, "close")
    with pytest.raises(NoAnswerError):
        loop.run(ask(stub))


@pytest.mark.parametrize("may_repeat", [False, True])
def test_only_a_question_is_asked_again_on_a_connection_that_was_gone(loop, stub: Stub, may_repeat: bool):
    stub.says = lambda _: Reply(b"", "reset") if len(stub.asked) == 2 else WHOLE
    if may_repeat:
        assert len(loop.run(ask(stub, 2, may_repeat=True))) == 2
    else:
        with pytest.raises(NoAnswerError):
            loop.run(ask(stub, 2))
    assert len(stub.asked) == (3 if may_repeat else 2)


def test_where_nobody_listens_nothing_was_heard(loop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        origin = Origin("127.0.0.1", taken.getsockname()[1], is_secure=False)
        with pytest.raises(NoConnectionError):
            loop.run(Connections(10.0).ask(origin, ASK, 2.0))


@pytest.mark.parametrize(("idle_s", "connections"), [(10.0, 1), (0.0, 2)])
def test_a_connection_is_used_again_unless_it_was_idle_for_long(loop, stub, idle_s, connections):
    stub.says = lambda _: WHOLE
    loop.run(ask(stub, 2, idle_s=idle_s))
    assert stub.connections == connections
