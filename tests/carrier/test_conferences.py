"""Live calls through the port: sent elsewhere, found in their conference, muted, held, coached, taken out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dialer.carrier.port import CarrierError, ParticipantChange, Rerouting
from dialer.carrier.twilio import TwilioCarrier
from tests.carrier.conftest import call_to
from tests.carrier.stub import Reply, Stub, answer, refused
from tests.towns import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Inbox, Town

VIC, GWEN = "+447700900990", "+447700900991"
NOBODY = "CA" + "0" * 32
NOWHERE = "CF" + "0" * 32
SHIFT, CONTACT = f"{PUBLIC_URL}/shift", f"{PUBLIC_URL}/contact"
ROOM = "<Response><Dial><Conference beep='false'{0}>shift-1</Conference></Dial>{1}</Response>"


@pytest.fixture
def live(town: Town, inbox: Inbox) -> Iterator[TwilioCarrier]:
    """The client, at a town whose people go into one room."""
    inbox.answers["/shift"] = ROOM.format(' participantLabel="volunteer" endConferenceOnExit="true"', "")
    inbox.answers["/contact"] = ROOM.format("", "<Say>Goodbye.</Say>")
    inbox.answers["/message"] = "<Response><Say>We rang you, and we are sorry.</Say></Response>"
    carrier = TwilioCarrier(ACCOUNT_SID, AUTH_TOKEN, town.url)
    yield carrier
    carrier.close()


def joined(town: Town, live: TwilioCarrier) -> tuple[str, str, str]:
    """Two people in a conference: it, the volunteer's call, the other's."""
    shift = live.place_call(call_to(VIC, answer_url=SHIFT))
    town.advance(5)  # the volunteer is there first
    contact = live.place_call(call_to(GWEN, answer_url=CONTACT))
    town.advance(5)
    (found,) = live.conferences("shift-1")
    assert (found.name, found.status) == ("shift-1", "in-progress")
    return found.sid, shift.sid, contact.sid


def heard(town: Town, sid: str) -> list[tuple[str, str]]:
    (call,) = [call for call in town.calls() if call["sid"] == sid]
    return [(each["kind"], each["what"]) for each in call["sounds"]]


def test_who_is_in_a_conference_is_known_and_changed(town: Town, live: TwilioCarrier):
    room, shift, contact = joined(town, live)
    volunteer, person = live.participants(room)
    assert (volunteer.call_sid, volunteer.label, volunteer.ends_conference) == (shift, "volunteer", True)
    assert (person.call_sid, person.label, person.muted, person.on_hold) == (contact, "", False, False)
    assert live.change_participant(room, shift, ParticipantChange(muted=True))
    assert live.change_participant(room, contact, ParticipantChange(on_hold=True, hold_url=SHIFT))
    volunteer, person = live.participants(room)
    assert (volunteer.muted, person.on_hold) == (True, True)
    assert live.change_participant(room, contact, ParticipantChange(on_hold=False))
    assert live.change_participant(room, shift, ParticipantChange(muted=False, coaches=contact))
    assert [each.coaches for each in live.participants(room)] == [contact, None]
    assert live.change_participant(room, shift, ParticipantChange(coaches="", ends_conference=False))
    volunteer, _ = live.participants(room)
    assert (volunteer.coaches, volunteer.ends_conference, volunteer.muted) == (None, False, False)


def test_who_is_taken_out_hears_what_follows(town: Town, live: TwilioCarrier):
    room, shift, contact = joined(town, live)
    assert live.remove_participant(room, contact)
    assert not live.remove_participant(room, contact)
    assert not live.change_participant(room, contact, ParticipantChange(muted=True))
    town.advance(1)
    assert heard(town, contact)[-1] == ("say", "Goodbye.")
    assert [each.call_sid for each in live.participants(room)] == [shift]


def test_a_call_in_progress_is_sent_elsewhere(town: Town, live: TwilioCarrier):
    _, shift, contact = joined(town, live)
    assert live.redirect_call(contact, Rerouting(url=f"{PUBLIC_URL}/message"))
    town.advance(1)
    assert heard(town, contact)[-1] == ("say", "We rang you, and we are sorry.")
    assert live.redirect_call(contact, Rerouting(twiml="<Response><Say>Once more.</Say></Response>"))
    town.advance(10)
    assert heard(town, contact)[-1] == ("say", "Once more.")
    assert not live.redirect_call(contact, Rerouting(url=SHIFT)), "it is over"
    assert not live.redirect_call(NOBODY, Rerouting(url=SHIFT))
    with pytest.raises(ValueError, match="either"):
        live.redirect_call(shift, Rerouting())


def test_a_conference_is_ended_with_everybody_in_it(town: Town, live: TwilioCarrier):
    room, _, contact = joined(town, live)
    live.end_conference(room)
    live.end_conference(room)
    live.end_conference(NOWHERE)
    assert live.conferences("shift-1") == []
    assert live.participants(room) == []
    assert live.participants(NOWHERE) == live.participants("nonsense") == []
    town.advance(10)
    found = live.call(contact)
    assert found is not None
    assert found.status == "completed"


@pytest.mark.parametrize("reply", [refused(500, 20500), answer(200, b"[]"), refused(401, 20003)])
def test_what_can_not_be_asked_is_an_error_and_not_an_empty_room(
    reply: Reply, stub: Stub, wire: TwilioCarrier
):
    stub.says = lambda _: reply
    for ask in (
        lambda: wire.conferences("shift-1"),
        lambda: wire.participants(NOWHERE),
        lambda: wire.redirect_call(NOBODY, Rerouting(url=SHIFT)),
        lambda: wire.remove_participant(NOWHERE, NOBODY),
        lambda: wire.change_participant(NOWHERE, NOBODY, ParticipantChange(muted=True)),
    ):
        with pytest.raises(CarrierError):
            ask()
    assert len(stub.asked) == 5, "nothing that changes something is asked twice"
