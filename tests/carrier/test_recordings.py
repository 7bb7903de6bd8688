"""Recordings through the port, at the simulated town and at whatever else a carrier may answer."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest

from dialer.carrier.port import CarrierError
from dialer.carrier.recording_port import NotAudioError
from dialer.carrier.twilio import TwilioCarrier
from tests.carrier.conftest import call_to
from tests.carrier.stub import Reply, Stub, answer, refused
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Inbox, Town

VIC = "+447700900990"
NOBODY, NOTHING = "CA" + "0" * 32, "RE" + "0" * 32
TELL = f"{PUBLIC_URL}/recorded"


@pytest.fixture
def live(town: Town, inbox: Inbox) -> Iterator[TwilioCarrier]:
    """The client, at a town where somebody listens to a long pause."""
    inbox.answers["/contact"] = "<Response><Pause length='60'/></Response>"
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, town.url)
    yield carrier
    carrier.close()


def on_the_phone(town: Town, live: TwilioCarrier) -> str:
    call = live.place_call(call_to(VIC, answer_url=f"{PUBLIC_URL}/contact"))
    town.advance(5)
    return str(call.sid)  # type: ignore[union-attr]


def told(inbox: Inbox) -> list[str]:
    return [one.params["RecordingStatus"] for one in inbox.webhooks if one.path == "/recorded"]


def test_a_call_is_recorded_fetched_and_forgotten(town: Town, inbox: Inbox, live: TwilioCarrier):
    sid = on_the_phone(town, live)
    made = live.recordings.start(sid, TELL)
    assert made is not None
    assert (made.call_sid, made.status, made.seconds) == (sid, "in-progress", None)
    assert live.recordings.of_call(sid) == [made]
    sound = BytesIO()
    assert not live.recordings.fetch(made.sid, sound.write), "it isn't over"
    with pytest.raises(CarrierError):
        live.recordings.delete(made.sid)
    town.advance(10)
    assert live.recordings.stop(sid, made.sid)
    assert not live.recordings.stop(sid, made.sid)
    town.advance(3)
    ready = live.recordings.one(made.sid)
    assert ready is not None
    assert (ready.status, ready.seconds) == ("completed", 10)
    assert told(inbox) == ["completed"]
    assert live.recordings.fetch(made.sid, sound.write)
    assert made.sid.encode() in sound.getvalue()
    assert len(sound.getvalue()) > 10 * 3900, "32 kbit/s"
    live.recordings.delete(made.sid)
    live.recordings.delete(made.sid)
    assert live.recordings.one(made.sid) is None
    assert live.recordings.of_call(sid) == []
    assert not live.recordings.fetch(made.sid, sound.write)
    (kept,) = town.request("GET", "/ledger/recordings")[1]["recordings"]
    assert (kept["call_sid"], kept["seconds"], bool(kept["deleted_at"])) == (sid, 10, True)


def test_a_recording_ends_with_its_call_and_one_too_short_is_absent(town, inbox, live):
    long, short = on_the_phone(town, live), on_the_phone(town, live)
    live.recordings.start(long, TELL)
    town.advance(8)
    nothing = live.recordings.start(short, TELL)
    for sid in (long, short):
        live.end_call(sid)
    town.advance(3)
    assert sorted(told(inbox)) == ["absent", "completed"]
    assert live.recordings.one(nothing.sid).status == "absent"
    assert live.recordings.start(long, TELL) is None, "it is over"


def test_what_there_is_none_of(live):
    assert live.recordings.start(NOBODY, TELL) is None
    assert live.recordings.of_call(NOBODY) == live.recordings.of_call("nonsense") == []
    assert live.recordings.one(NOTHING) is live.recordings.one("nonsense") is None
    assert not live.recordings.stop(NOBODY, NOTHING)
    live.recordings.delete(NOTHING)


def test_sound_that_isn_t_whole_or_is_none_is_not_taken(stub: Stub, wire: TwilioCarrier):
    taken: list[bytes] = []

    def fetched(reply: Reply) -> bool:
        stub.says = lambda _: reply
        return wire.recordings.fetch(NOTHING, taken.append)

    assert fetched(answer(200, b"\xff\xfb" + bytes(200_000), Content_Type="audio/mpeg"))
    assert sum(map(len, taken)) == 200_002
    assert stub.asked[-1].headers["authorization"].startswith("Basic ")
    for odd in (answer(200, {"a": 1}), answer(200, b"<html>", Content_Type="audio/mpeg")):
        with pytest.raises(NotAudioError):
            fetched(odd)
    torn = Reply(b"HTTP/1.1 200 OK\r\nContent-Type: audio/mpeg\r\nContent-Length: 9\r\n\r\nID3", "close")
    for odd in (refused(500, 20500), refused(401, 20003), torn, Reply(b"", "reset")):
        with pytest.raises(CarrierError):
            fetched(odd)
    assert not fetched(refused(404, 20404))


def test_sound_is_followed_to_where_the_carrier_keeps_it_but_not_into_the_open(stub, wire):
    there = answer(200, b"ID3 and so on", Content_Type="audio/mpeg")
    moved = answer(302, b"", Location="/elsewhere.mp3?signed=1")
    stub.says = lambda asked: there if asked.path == "/elsewhere.mp3" else moved
    assert wire.recordings.fetch(NOTHING, bytes)
    stub.says = lambda _: answer(302, b"", Location="http://localhost:9/open.mp3")
    with pytest.raises(CarrierError, match="moved_into_the_open"):
        wire.recordings.fetch(NOTHING, bytes)
    stub.says = lambda _: moved
    with pytest.raises(CarrierError, match="moved_on_and_on"):
        wire.recordings.fetch(NOTHING, bytes)


def test_nobody_reached_is_said():
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, "http://127.0.0.1:9")
    with pytest.raises(CarrierError, match="unreachable"):
        carrier.recordings.fetch(NOTHING, bytes)
