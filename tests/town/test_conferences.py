"""Conference rooms: who is with whom, what they hear, and what we are told of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.town.conftest import GWEN, US
from tests.town.test_calls import place
from tests.town.test_talks import asked
from tests.towns import PUBLIC_URL, Inbox, Town, Webhook

VIC, COACH = "+447700900990", "+447700900991"
SHIFT, CONTACT, COACHING, AFTER, ROOM = (
    "/voice/shift",
    "/voice/contact",
    "/voice/coach",
    "/voice/after",
    "/room",
)
ALL = "start end join leave mute hold modify"


def room(name: str = "shift-1", *, after: str = "", dial: str = "", **attributes: str) -> str:
    """TwiML that sends whoever is on the line into a room."""
    given = {"beep": "false"} | attributes
    written = "".join(f' {key}="{value}"' for key, value in given.items())
    return f"<Response><Dial{dial}><Conference{written}>{name}</Conference></Dial>{after}</Response>"


@pytest.fixture(autouse=True)
def twiml(inbox: Inbox) -> dict[str, str]:
    """A volunteer who waits for people in a room of events, and people who go on to AFTER."""
    inbox.answers |= {
        SHIFT: room(endConferenceOnExit="true", statusCallback=ROOM, statusCallbackEvent=ALL),
        CONTACT: room(dial=f' action="{AFTER}"'),
        COACHING: room(muted="true"),
        AFTER: "<Response><Say>Goodbye.</Say></Response>",
    }
    return inbox.answers


def ring(client: Client, number: str, path: str, **fields: Any) -> Any:
    return place(client, to=number, url=f"{PUBLIC_URL}{path}", status_callback=None, **fields)


def events(inbox: Inbox) -> list[Webhook]:
    """What was told of the room, in its own order."""
    return sorted(asked(inbox, ROOM), key=lambda hook: int(hook.params["SequenceNumber"]))


def sounds(town: Town, sid: str) -> list[tuple[str, str, float, float | None]]:
    """What the person on a call heard: kind, what, from when, until when."""
    (call,) = [call for call in town.calls() if call["sid"] == sid]
    return [(each["kind"], each["what"], each["from_s"], each["to_s"]) for each in call["sounds"]]


def together(town: Town, client: Client, **habits: Any) -> tuple[Any, Any]:
    """A volunteer and Gwen in one room; their calls."""
    town.person(GWEN, **{"phone": "answers", "ring_s": 1, "talk_s": 30} | habits)
    shift = ring(client, VIC, SHIFT)
    town.advance(10)
    contact = ring(client, GWEN, CONTACT)
    town.advance(4)
    return shift, contact


def test_two_who_meet_hear_each_other_and_the_next_meets_the_same_volunteer(
    town: Town, client: Client, inbox: Inbox
) -> None:
    shift, contact = together(town, client)
    (live,) = client.conferences.list(status="in-progress", friendly_name="shift-1")
    assert {each.call_sid for each in live.participants.list()} == {shift.sid, contact.sid}
    town.advance(60)
    second = ring(client, GWEN, CONTACT)
    town.advance(60)
    assert [kind for kind, *_ in sounds(town, contact.sid)] == ["people"]
    assert sounds(town, shift.sid) == [
        ("music", "wait", 0.0, 9.0),
        ("people", contact.sid, 9.0, 39.0),
        ("silence", "", 39.0, 73.0),
        ("people", second.sid, 73.0, 103.0),
        ("silence", "", 103.0, None),
    ]
    assert [hook.params["StatusCallbackEvent"] for hook in events(inbox)] == [
        "participant-join",
        "participant-join",
        "conference-start",
        "participant-leave",
        "participant-join",
        "participant-leave",
    ]
    left = events(inbox)[3].params
    assert (left["CallSid"], left["ReasonParticipantLeft"]) == (contact.sid, "participant_hung_up")
    assert left["ParticipantCallStatus"] == "completed"
    assert asked(inbox, AFTER) == []
    client.calls(shift.sid).update(status="completed")
    (conference,) = town.conferences("shift-1")
    assert conference["reason"] == "participant-with-end-conference-on-exit-left"
    assert [(stay["person"], stay["joined_s"], stay["left_s"]) for stay in conference["stays"]] == [
        (VIC, 0.0, 131.0),
        (GWEN, 0.0, 30.0),
        (GWEN, 0.0, 30.0),
    ]
    assert all(hook.signed for hook in inbox.webhooks)


def test_whoever_remains_goes_on_where_the_dial_ends(town: Town, client: Client, inbox: Inbox) -> None:
    shift, contact = together(town, client)
    town.put_down(shift.sid)
    town.advance(3)
    (after,) = asked(inbox, AFTER)
    assert (after.params["CallSid"], after.params["DialCallStatus"]) == (contact.sid, "answered")
    assert sounds(town, contact.sid)[-1][:2] == ("say", "Goodbye.")
    *_, left, end = events(inbox)
    assert left.params["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert end.params["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end.params["CallSidEndingConference"] == shift.sid
    assert client.calls(contact.sid).fetch().status == "completed"


def test_a_room_that_was_empty_is_another_conference(town: Town, client: Client) -> None:
    for _ in range(2):
        shift = ring(client, VIC, SHIFT)
        town.advance(10)
        client.calls(shift.sid).update(status="completed")
    first, second = town.conferences("shift-1")
    assert first["sid"] != second["sid"]
    with pytest.raises(TwilioRestException) as gone:
        client.conferences(first["sid"]).participants(shift.sid).fetch()
    assert (gone.value.status, gone.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("kick", "participant_updated_via_api"),
        ("end", "conference_ended_via_api"),
        ("redirect", "participant_updated_via_api"),
        ("hang_up", "participant_updated_via_api"),
    ],
)
def test_the_api_takes_people_out(how: str, reason: str, town: Town, client: Client, inbox: Inbox) -> None:
    _, contact = together(town, client)
    (live,) = client.conferences.list(status="in-progress")
    match how:
        case "kick":
            assert live.participants(contact.sid).delete()
        case "end":
            assert client.conferences(live.sid).update(status="completed").status == "completed"
        case "redirect":
            contact.update(twiml="<Response><Say>Wait a moment.</Say></Response>")
        case "hang_up":
            contact.update(status="completed")
    town.advance(0.5)
    goes_on = ["answered"] if how in {"kick", "end"} else []
    assert [hook.params["DialCallStatus"] for hook in asked(inbox, AFTER)] == goes_on
    left = {hook.params.get("CallSid"): hook.params.get("ReasonParticipantLeft") for hook in events(inbox)}
    assert left[contact.sid] == reason
    if how == "redirect":
        assert sounds(town, contact.sid)[-1][:2] == ("say", "Wait a moment.")
    assert contact.sid not in {each.call_sid for each in live.participants.list()}


def test_mute_hold_and_a_whisper_change_who_hears_whom(town: Town, client: Client, inbox: Inbox) -> None:
    shift, contact = together(town, client, talk_s=500)
    listener = ring(client, COACH, COACHING)
    town.advance(5)
    (live,) = client.conferences.list(status="in-progress")
    assert sounds(town, shift.sid)[-1][1] == contact.sid, "who is muted isn't heard"
    assert sounds(town, listener.sid)[-1][1] == f"{shift.sid},{contact.sid}"
    member = live.participants(listener.sid)
    assert member.update(muted=False, coaching=True, call_sid_to_coach=shift.sid).coaching
    town.advance(5)
    assert sounds(town, shift.sid)[-1][1] == f"{contact.sid},{listener.sid}"
    assert sounds(town, contact.sid)[-1][1] == shift.sid, "only who is coached hears a coach"
    member.update(coaching=False)
    assert sounds(town, contact.sid)[-1][1] == f"{shift.sid},{listener.sid}"
    assert live.participants(contact.sid).update(hold=True).hold
    assert sounds(town, contact.sid)[-1][:2] == ("music", "hold")
    assert sounds(town, shift.sid)[-1][1] == listener.sid
    live.participants(contact.sid).update(hold=False)
    assert sounds(town, contact.sid)[-1][0] == "people"
    town.advance(0.1)
    told = [hook.params["StatusCallbackEvent"] for hook in events(inbox)]
    assert told[4:] == [
        "participant-unmute",
        "participant-modify",
        "participant-modify",
        "participant-hold",
        "participant-unhold",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"coaching": True},
        {"call_sid_to_coach": "CA" + "0" * 32},
        {"announce_url": f"{PUBLIC_URL}/announce"},
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    change: dict[str, Any], town: Town, client: Client
) -> None:
    shift, _ = together(town, client)
    (live,) = client.conferences.list(status="in-progress")
    with pytest.raises(TwilioRestException) as refused:
        live.participants(shift.sid).update(muted=True, **change)
    assert refused.value.status == 400
    assert not live.participants(shift.sid).fetch().muted


def test_what_somebody_hears_on_hold_goes_on_whatever_the_others_do(
    town: Town, client: Client, twiml: dict[str, str]
) -> None:
    twiml["/hold"] = "<Response><Play>/please-wait.wav</Play><Pause length='9'/></Response>"
    shift, contact = together(town, client, talk_s=500)
    (live,) = client.conferences.list(status="in-progress")
    live.participants(contact.sid).update(hold=True, hold_url=f"{PUBLIC_URL}/hold")
    town.advance(2)
    for muted in (True, False):
        live.participants(shift.sid).update(muted=muted)
    live.participants(contact.sid).update(muted=True)
    town.advance(8)
    (*_, said, quiet) = sounds(town, contact.sid)
    assert said[:2] == ("play", "/please-wait.wav")
    assert (said[3] or 0) - said[2] == 5.0, "to its end"
    assert quiet[0] == "silence"


def test_what_is_played_to_who_waits_is_fetched_again_and_again(
    town: Town, client: Client, inbox: Inbox, twiml: dict[str, str]
) -> None:
    twiml[SHIFT] = room(waitUrl="/wait", participantLabel="volunteer")
    twiml["/wait"] = (
        "<Response><Play>/tick.wav</Play><Pause length='4'/><Redirect>/wait?n=2</Redirect></Response>"
    )
    shift = ring(client, VIC, SHIFT)
    town.advance(25)
    assert [hook.query for hook in asked(inbox, "/wait")] == ["", "n=2", "n=2"]
    assert sounds(town, shift.sid)[:3] == [
        ("play", "/tick.wav", 0.0, 5.0),
        ("silence", "", 5.0, 9.0),
        ("play", "/tick.wav", 9.0, 14.0),
    ]
    (room_,) = client.conferences.list(status="init")
    assert room_.participants("volunteer").fetch().call_sid == shift.sid


@pytest.mark.parametrize(
    ("wait", "code"),
    [
        ("<Response><Dial>+447700900123</Dial></Response>", 12200),
        ("<Response><Redirect>/wait</Redirect></Response>", 81101),
        ("nothing of the sort", 12100),
    ],
)
def test_without_what_is_played_nobody_stays(
    wait: str, code: int, town: Town, client: Client, twiml: dict[str, str]
) -> None:
    twiml[SHIFT] = room(waitUrl="/wait")
    twiml["/wait"] = wait
    shift = ring(client, VIC, SHIFT)
    town.advance(10)
    assert [trouble["code"] for trouble in town.troubles()] == [code]
    assert client.calls(shift.sid).fetch().status == "completed"


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"maxParticipants": "2"}, 16020),
        ({"participantLabel": "a"}, 16025),
        ({"coach": "CA" + "0" * 32}, 13240),
    ],
)
def test_not_everybody_gets_in(
    attributes: dict[str, str], code: int, town: Town, client: Client, inbox: Inbox
) -> None:
    inbox.answers[CONTACT] = room(dial=f' action="{AFTER}"', after="<Say>Full up.</Say>", **attributes)
    others = {16020: (VIC, COACH), 16025: (VIC,), 13240: ()}
    for number in others[code]:
        ring(client, number, CONTACT)
    town.advance(10)
    town.person(GWEN, phone="answers", ring_s=1)
    contact = ring(client, GWEN, CONTACT)
    town.advance(10)
    assert [(trouble["sid"], trouble["code"]) for trouble in town.troubles()] == [(contact.sid, code)]
    failed = code == 13240
    assert [hook.params["DialCallStatus"] for hook in asked(inbox, AFTER)] == ["failed"] * failed
    assert [what for _, what, *_ in sounds(town, contact.sid)] == (["Goodbye."] if failed else ["Full up."])


def test_nobody_is_heard_before_somebody_starts_it(town: Town, client: Client, twiml: dict[str, str]) -> None:
    twiml[SHIFT] = twiml[CONTACT] = room(startConferenceOnEnter="false", beep="onEnter")
    shift, contact = together(town, client)
    assert [kind for kind, *_ in sounds(town, contact.sid)] == ["beep", "music"]
    twiml[COACHING] = room(beep="false")
    ring(client, COACH, COACHING)
    town.advance(5)
    assert sounds(town, contact.sid)[-1][0] == "people"
    assert client.conferences.list(status="init") == []
    assert [kind for kind, *_ in sounds(town, shift.sid)] == ["beep", "music", "beep", "people"]


def test_a_machine_talks_and_is_silent_then(town: Town, client: Client) -> None:
    shift, contact = together(town, client, phone="machine", greeting_s=6)
    town.advance(60)
    assert sounds(town, shift.sid)[1:] == [
        ("people", contact.sid, 9.0, 16.0),
        ("silence", "", 16.0, None),
    ]
    (call,) = [call for call in town.calls() if call["sid"] == contact.sid]
    assert (call["answer"], call["duration_s"]) == ("machine", 31)


def test_a_person_alone_in_a_room_bears_the_silence_for_a_while(town: Town, client: Client) -> None:
    shift, contact = together(town, client, talk_s=500)
    (live,) = client.conferences.list(status="in-progress")
    live.participants(shift.sid).update(muted=True)
    town.advance(30)
    assert client.calls(contact.sid).fetch().duration == "10"


def test_a_star_or_the_time_limit_leads_out(town: Town, client: Client, inbox: Inbox) -> None:
    inbox.answers[CONTACT] = room(dial=f' action="{AFTER}" hangupOnStar="true" timeLimit="20"')
    _, contact = together(town, client, talk_s=500)
    town.press(contact.sid, "*")
    town.advance(0.1)
    second = ring(client, GWEN, CONTACT)
    town.advance(30)
    assert [hook.params["CallSid"] for hook in asked(inbox, AFTER)] == [contact.sid, second.sid]


def test_a_killed_town_ends_its_rooms(tmp_path: Path) -> None:
    own_town = Town(tmp_path)
    own_town.start()
    own_town.account(reached_at="http://127.0.0.1:9")
    shift = own_town.client().calls.create(to=VIC, from_="+447700900900", twiml=room())
    own_town.advance(10)
    own_town.kill()
    own_town.start()
    (conference,) = own_town.conferences()
    assert (conference["status"], conference["stays"][0]["call_sid"]) == ("completed", shift.sid)
    assert conference["stays"][0]["left_at"]
    own_town.stop()


def add(client: Client, room_: str, number: str, **fields: Any) -> Any:
    """Have somebody rung for a room, which reports what becomes of it."""
    told = {"conference_status_callback": f"{PUBLIC_URL}{ROOM}", "conference_status_callback_event": [ALL]}
    return client.conferences(room_).participants.create(to=number, from_=US, beep="false", **told, **fields)


def test_people_are_rung_for_a_room_that_need_not_be_there_yet(
    town: Town, client: Client, inbox: Inbox
) -> None:
    first = add(client, "council", VIC, label="chair", end_conference_on_exit=True)
    assert (first.status, first.muted, first.label) == ("queued", False, "chair")
    town.advance(10)
    town.person(GWEN, phone="answers", ring_s=5, talk_s=30)
    second = add(client, first.conference_sid, GWEN, muted=True)
    town.advance(3)
    assert [each.status for each in client.conferences(first.conference_sid).participants.list()] == [
        "connected",
        "ringing",
    ]
    town.advance(10)
    (conference,) = town.conferences("council")
    assert conference["status"] == "in-progress"
    assert client.conferences(first.conference_sid).participants(second.call_sid).fetch().muted
    assert [hook.params["StatusCallbackEvent"] for hook in events(inbox)][:3] == [
        "participant-join",
        "participant-join",
        "conference-start",
    ]


def test_who_does_not_answer_for_a_room_leaves_it(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="busy")
    rung = add(client, "council", GWEN, label="chair")
    town.advance(10)
    left, end = events(inbox)
    assert left.params["ReasonParticipantLeft"] == "participant_add_failed"
    assert (left.params["CallSid"], left.params["ParticipantCallStatus"]) == (rung.call_sid, "busy")
    assert end.params["ReasonConferenceEnded"] == "last-participant-left"
    town.person(GWEN, phone="answers", ring_s=9)
    rung = add(client, "council", GWEN)
    assert client.conferences(rung.conference_sid).participants(rung.call_sid).delete()
    town.advance(1)
    assert client.calls(rung.call_sid).fetch().status == "canceled"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"label": "a/b"}, 16024),
        ({"label": "chair"}, 16026),
        ({"max_participants": 1}, 20001),
        ({"coaching": True}, 20001),
        ({"record": True}, 20001),
        ({"timeout": 4}, 20001),
    ],
)
def test_who_can_not_be_rung_for_a_room_is_refused(
    fields: dict[str, Any], code: int, town: Town, client: Client
) -> None:
    add(client, "council", VIC, label="chair")
    town.advance(5)
    with pytest.raises(TwilioRestException) as refused:
        add(client, "council", GWEN, **fields)
    assert refused.value.code == code
    assert len(town.calls()) == 1
    with pytest.raises(TwilioRestException) as gone:
        add(client, "CF" + "0" * 32, GWEN)
    assert gone.value.code == 20404
