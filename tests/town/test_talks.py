"""What happens on a line: keys, people who are joined, calls that come in."""

from __future__ import annotations

from typing import Any

import pytest
from twilio.rest import Client

from tests.town.conftest import GWEN, US
from tests.town.test_calls import ANSWER_URL, place, told
from tests.towns import PUBLIC_URL, Inbox, Town, Webhook

VIC = "+447700900500"
INBOUND = "/webhooks/twilio/voice/inbound"


def dial(inside: str = "", **attributes: str) -> str:
    """TwiML that joins whoever is on the line with Gwen, who reports to /gwen."""
    given = {"callerId": US, "timeout": "20"} | attributes
    written = "".join(f' {name}="{value}"' for name, value in given.items())
    number = (
        f'<Number statusCallback="{PUBLIC_URL}/gwen"'
        f' statusCallbackEvent="initiated ringing answered completed">{GWEN}</Number>'
    )
    return f"<Response><Dial{written}>{number}</Dial>{inside}</Response>"


def asked(inbox: Inbox, path: str) -> list[Webhook]:
    """The requests at one address."""
    return [hook for hook in inbox.webhooks if hook.path == path]


@pytest.fixture
def vic(town: Town) -> str:
    """A volunteer who answers at once and stays."""
    town.person(VIC, phone="answers", ring_s=2, talk_s=3000)
    return VIC


def ring_vic(client: Client, **fields: Any) -> Any:
    return place(client, to=VIC, **fields)


def test_two_people_are_joined_until_the_one_who_was_rung_hangs_up(
    town: Town, client: Client, inbox: Inbox, vic: str
) -> None:
    inbox.answers["/voice/answer"] = dial(action="/voice/after")
    inbox.answers["/voice/after"] = "<Response><Hangup/></Response>"
    town.person(GWEN, phone="answers", ring_s=4, talk_s=30)
    call = ring_vic(client)
    town.advance(10)
    parent, child = town.calls()
    assert (parent["status"], child["status"]) == ("in-progress", "in-progress")
    assert (child["parent_sid"], child["direction"], child["from"]) == (call.sid, "outbound-dial", US)
    town.advance(60)
    assert told(inbox, child["sid"]) == [
        ("0", "initiated"),
        ("1", "ringing"),
        ("2", "in-progress"),
        ("3", "completed"),
    ]
    (after,) = asked(inbox, "/voice/after")
    assert after.params["DialCallStatus"] == "completed"
    assert after.params["DialCallSid"] == child["sid"]
    assert (after.params["DialCallDuration"], after.params["DialBridged"]) == ("30", "true")
    assert {hook.params["ParentCallSid"] for hook in asked(inbox, "/gwen")} == {call.sid}
    assert [call["status"] for call in town.calls()] == ["completed", "completed"]


@pytest.mark.usefixtures("vic")
@pytest.mark.parametrize(
    ("phone", "status"), [("no_answer", "no-answer"), ("busy", "busy"), ("failed", "failed")]
)
def test_the_caller_learns_that_nobody_was_reached(
    phone: str, status: str, town: Town, client: Client, inbox: Inbox
) -> None:
    inbox.answers["/voice/answer"] = dial(action="/voice/after")
    town.person(GWEN, phone=phone)
    ring_vic(client)
    town.advance(60)
    (after,) = asked(inbox, "/voice/after")
    assert after.params["DialCallStatus"] == status
    assert "DialCallDuration" not in after.params
    assert [call["status"] for call in town.calls()] == ["completed", status]


def test_without_an_action_the_next_verb_follows(town: Town, client: Client, inbox: Inbox, vic: str) -> None:
    inbox.answers["/voice/answer"] = dial("<Redirect>/voice/after</Redirect>")
    town.person(GWEN, phone="busy")
    ring_vic(client)
    town.advance(60)
    assert len(asked(inbox, "/voice/after")) == 1


def test_nobody_is_rung_on_when_the_caller_is_gone(
    town: Town, client: Client, inbox: Inbox, vic: str
) -> None:
    inbox.answers["/voice/answer"] = dial(action="/voice/after")
    town.person(GWEN, phone="answers", ring_s=18)
    call = ring_vic(client)
    town.advance(8)
    town.put_down(call.sid)
    town.advance(60)
    assert [call["status"] for call in town.calls()] == ["completed", "canceled"]
    assert asked(inbox, "/voice/after") == []


def test_the_api_ends_a_talk(town: Town, client: Client, inbox: Inbox, vic: str) -> None:
    inbox.answers["/voice/answer"] = dial()
    town.person(GWEN, phone="answers", ring_s=4, talk_s=500)
    call = ring_vic(client)
    town.advance(30)
    call.update(status="completed")
    assert [call["status"] for call in town.calls()] == ["completed", "completed"]


def test_both_go_on_in_a_room_when_who_was_rung_is_sent_there(
    town: Town, client: Client, inbox: Inbox, vic: str
) -> None:
    room = "<Response><Dial><Conference>both</Conference></Dial></Response>"
    inbox.answers["/voice/answer"] = dial(action="/voice/after")
    inbox.answers["/voice/after"] = inbox.answers["/voice/room"] = room
    town.person(GWEN, phone="answers", ring_s=4, talk_s=500)
    call = ring_vic(client)
    town.advance(30)
    parent, child = town.calls()
    client.calls(child["sid"]).update(url=f"{PUBLIC_URL}/voice/room")
    town.advance(5)
    (after,) = asked(inbox, "/voice/after")
    assert after.params["DialCallSid"] == child["sid"]
    (moved,) = asked(inbox, "/voice/room")
    assert moved.params["ParentCallSid"] == call.sid
    parent, child = town.calls()
    assert (parent["status"], child["status"]) == ("in-progress", "in-progress")
    heard = [
        [one["what"] for one in each["sounds"] if one["kind"] == "people"][-1] for each in (parent, child)
    ]
    assert heard == [child["sid"], parent["sid"]], "they hear each other in the room"
    town.put_down(parent["sid"])
    town.advance(5)
    assert [call["status"] for call in town.calls()] == ["completed", "in-progress"], (
        "a call of its own by now"
    )
    town.put_down(child["sid"])
    town.advance(1)
    assert told(inbox, child["sid"])[-1] == ("3", "completed")
    assert town.troubles() == []


def test_a_caller_who_is_sent_elsewhere_leaves_nobody_on_the_phone(
    town: Town, client: Client, inbox: Inbox, vic: str
) -> None:
    inbox.answers["/voice/answer"] = dial()
    inbox.answers["/voice/room"] = '<Response><Say loop="20">Somewhere else by now.</Say></Response>'
    town.person(GWEN, phone="answers", ring_s=4, talk_s=500)
    call = ring_vic(client)
    town.advance(30)
    call.update(url=f"{PUBLIC_URL}/voice/room")
    town.advance(2)
    assert [call["status"] for call in town.calls()] == ["in-progress", "completed"]


def test_a_star_ends_the_talk_and_not_the_call(town: Town, client: Client, inbox: Inbox, vic: str) -> None:
    inbox.answers["/voice/answer"] = dial(action="/voice/after", hangupOnStar="true")
    inbox.answers["/voice/after"] = '<Response><Say loop="20">Well done, and on to the next.</Say></Response>'
    town.person(GWEN, phone="answers", ring_s=4, talk_s=500)
    call = ring_vic(client)
    town.advance(30)
    town.press(call.sid, "*")
    town.advance(5)
    assert [call["status"] for call in town.calls()] == ["in-progress", "completed"]


def test_who_is_rung_hears_what_they_are_to_before_they_are_joined(
    town: Town, client: Client, inbox: Inbox, vic: str
) -> None:
    inbox.answers["/voice/answer"] = dial().replace("<Number ", '<Number url="/voice/first" ')
    inbox.answers["/voice/first"] = (
        "<Response><Say>Recorded.</Say><Redirect>/voice/then</Redirect></Response>"
    )
    town.person(GWEN, phone="answers", ring_s=4, talk_s=30)
    ring_vic(client)
    town.advance(60)
    parent, child = town.calls()
    assert [(each["kind"], each["what"]) for each in child["sounds"]][:2] == [
        ("say", "Recorded."),
        ("people", parent["sid"]),
    ]
    assert len(asked(inbox, "/voice/then")) == 1
    inbox.answers["/voice/first"] = "<Response><Hangup/></Response>"
    ring_vic(client)
    town.advance(60)
    assert town.calls()[3]["status"] == "completed"
    assert not any(each["kind"] == "people" for each in town.calls()[3]["sounds"])


def test_a_talk_has_a_limit(town: Town, client: Client, inbox: Inbox, vic: str) -> None:
    inbox.answers["/voice/answer"] = dial(timeLimit="20")
    town.person(GWEN, phone="answers", ring_s=4, talk_s=500)
    ring_vic(client)
    town.advance(60)
    assert town.calls()[1]["duration_s"] == 20


@pytest.mark.usefixtures("vic")
@pytest.mark.parametrize(
    ("twiml", "code"),
    [
        (f"<Response><Dial callerId='{US}'>07700 900123</Dial></Response>", 13223),
        (f"<Response><Dial callerId='{US}'>+33612345678</Dial></Response>", 13227),
        (dial(callerId="+447700900999"), 13214),
        ("<Response><Conference/></Response>", 12200),
        ("no TwiML", 12100),
    ],
)
def test_what_the_town_does_not_perform_it_complains_of(
    twiml: str, code: int, town: Town, client: Client, inbox: Inbox
) -> None:
    town.account(senders=[US])
    inbox.answers["/voice/answer"] = twiml
    call = ring_vic(client)
    town.advance(60)
    assert [(trouble["sid"], trouble["code"]) for trouble in town.troubles()] == [(call.sid, code)]
    assert call.fetch().status == "completed"


def test_a_server_that_fails_is_asked_again_at_the_fallback(
    town: Town, client: Client, inbox: Inbox, vic: str
) -> None:
    inbox.status = 500
    ring_vic(client, fallback_url=f"{PUBLIC_URL}/voice/fallback")
    town.advance(60)
    (fallback,) = asked(inbox, "/voice/fallback")
    assert (fallback.params["ErrorCode"], fallback.params["ErrorUrl"]) == ("11200", f"{ANSWER_URL}?c=1")
    assert [trouble["code"] for trouble in town.troubles()] == [11200, 11200]


def test_keys_go_to_the_action_as_they_were_pressed(town: Town, inbox: Inbox) -> None:
    inbox.answers[INBOUND] = (
        '<Response><Gather numDigits="1" action="keys?l=en"><Say>Press nine.</Say></Gather></Response>'
    )
    inbox.answers["/webhooks/twilio/voice/keys"] = (
        '<Response><Gather action="more" finishOnKey="#"/></Response>'
    )
    sid = town.ring_in(GWEN, US, "912#")
    town.advance(60)
    (first,) = asked(inbox, INBOUND)
    assert (first.params["CallStatus"], first.params["Direction"], first.params["From"]) == (
        "ringing",
        "inbound",
        GWEN,
    )
    (keys,) = asked(inbox, "/webhooks/twilio/voice/keys")
    assert (keys.params["Digits"], keys.query, keys.signed) == ("9", "l=en", True)
    (more,) = asked(inbox, "/webhooks/twilio/voice/more")
    assert (more.params["Digits"], more.params["FinishedOnKey"]) == ("12", "#")
    assert {hook.params["CallSid"] for hook in inbox.webhooks} == {sid}
    assert town.calls()[0]["status"] == "completed"


def test_whoever_presses_nothing_hears_what_follows(town: Town, inbox: Inbox) -> None:
    inbox.answers[INBOUND] = (
        '<Response><Gather numDigits="1" timeout="4" action="/keys"><Say>Nine?</Say></Gather>'
        "<Redirect>/after</Redirect></Response>"
    )
    town.ring_in(GWEN, US, "")
    town.advance(60)
    assert [hook.path for hook in inbox.webhooks] == [INBOUND, "/after"]


def test_a_key_is_pressed_while_the_town_waits_for_it(town: Town, inbox: Inbox) -> None:
    inbox.answers[INBOUND] = (
        '<Response><Gather numDigits="1" timeout="7" action="/keys"><Say>Nine?</Say></Gather></Response>'
    )
    sid = town.ring_in(GWEN, US, "")
    town.advance(3)
    town.press(sid, "9")
    town.advance(60)
    assert asked(inbox, "/keys")[0].params["Digits"] == "9"


def test_a_call_that_is_rejected_was_never_answered(town: Town, inbox: Inbox) -> None:
    inbox.answers[INBOUND] = '<Response><Reject reason="busy"/></Response>'
    town.ring_in(GWEN, US)
    town.advance(10)
    (call,) = town.calls()
    assert (call["status"], call["answered_at"]) == ("busy", None)


def test_a_caller_is_put_through_once_somebody_answers(town: Town, inbox: Inbox, vic: str) -> None:
    inbox.answers[INBOUND] = f'<Response><Dial answerOnBridge="true">{VIC}</Dial></Response>'
    town.person(GWEN, talk_s=40)
    town.ring_in(GWEN, US)
    town.advance(2)
    assert town.calls()[0]["status"] == "ringing"
    town.advance(3)
    assert [call["status"] for call in town.calls()] == ["in-progress", "in-progress"]
    town.advance(60)
    assert [call["duration_s"] for call in town.calls()] == [40, 40]
    assert town.calls()[1]["from"] == GWEN, "the caller's own number is shown"


def test_who_was_texted_a_code_waits_for_the_call(town: Town, client: Client, inbox: Inbox) -> None:
    town.shares(answers=0.0, hangs_up=0.0, screens=0.0, machine=0.0)
    inbox.answers["/voice/answer"] = dial()
    town.person(GWEN, phone="answers", ring_s=4, talk_s=30)
    nobody = ring_vic(client)
    client.messages.create(to=VIC, from_=US, body="Your code is 123456.")
    somebody = ring_vic(client)
    town.advance(80)
    assert nobody.fetch().status == "no-answer"
    assert (somebody.fetch().status, somebody.fetch().duration) == ("completed", "35")


def test_a_phone_on_the_desk_is_always_answered(town: Town, client: Client, inbox: Inbox) -> None:
    town.shares(answers=0.0, hangs_up=0.0, screens=0.0, machine=0.0)
    inbox.answers["/voice/answer"] = "<Response><Hangup/></Response>"
    call = place(client, to="+447700900999")
    town.advance(10)
    assert call.fetch().status == "completed"


def test_the_twiml_heard_last_is_kept(town: Town, client: Client, inbox: Inbox, vic: str) -> None:
    inbox.answers["/voice/answer"] = "<Response><Hangup/></Response>"
    ring_vic(client)
    town.advance(10)
    assert town.calls()[0]["heard"] == "<Response><Hangup/></Response>"
