"""The API for calls, asked by the official client, and what callbacks tell of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance

from tests.town.conftest import GWEN, US
from tests.towns import PUBLIC_URL, STARTS_AT, Inbox, Town

ANSWER_URL = f"{PUBLIC_URL}/voice/answer"
STATUS_URL = f"{PUBLIC_URL}/voice/status"
ALL = ["initiated", "ringing", "answered", "completed"]
HELLO = "<Response><Say>Hello, this is a voice of fifteen seconds or thereabouts.</Say></Response>"


def place(client: Client, **fields: Any) -> CallInstance:
    """Ring Gwen, reporting everything."""
    usual = {
        "to": GWEN,
        "from_": US,
        "url": f"{ANSWER_URL}?c=1",
        "status_callback": f"{STATUS_URL}?c=1",
        "status_callback_event": ALL,
    }
    return client.calls.create(**{**usual, **fields})


def told(inbox: Inbox, sid: str | None = None) -> list[tuple[str, str]]:
    """Status callbacks in the order of arrival: number in the row, and state."""
    return [
        (hook.params["SequenceNumber"], hook.params["CallStatus"])
        for hook in inbox.webhooks
        if "SequenceNumber" in hook.params and sid in {None, hook.params["CallSid"]}
    ]


@pytest.fixture(autouse=True)
def hello(inbox: Inbox) -> None:
    """Whoever is rung hears a voice."""
    inbox.answers["/voice/answer"] = HELLO


def test_an_answered_call_goes_through_its_states(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="answers", ring_s=5, talk_s=60)
    call = place(client)
    assert (call.status, call.direction, call.answered_by) == ("queued", "outbound-api", None)
    assert call.date_created == STARTS_AT
    assert call.start_time is None
    town.advance(120)
    assert told(inbox) == [("0", "initiated"), ("1", "ringing"), ("2", "in-progress"), ("3", "completed")]
    asked = next(hook for hook in inbox.webhooks if hook.path == "/voice/answer")
    assert (asked.query, asked.params["CallStatus"], asked.params["CallSid"]) == (
        "c=1",
        "in-progress",
        call.sid,
    )
    fetched = call.fetch()
    assert (fetched.status, fetched.duration) == ("completed", "4")
    assert fetched.price is not None
    assert inbox.webhooks[-1].params["CallDuration"] == "4"


def test_every_request_is_signed_over_blank_parameters_too(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="answers", ring_s=5)
    place(client)
    town.advance(60)
    assert all(hook.signed for hook in inbox.webhooks)
    assert all(hook.params["FromCity"] == "" for hook in inbox.webhooks)


@pytest.mark.parametrize(
    ("phone", "states"),
    [
        ("no_answer", ["initiated", "ringing", "no-answer"]),
        ("busy", ["initiated", "busy"]),
        ("failed", ["initiated", "failed"]),
    ],
)
def test_who_is_not_reached_ends_the_call(
    phone: str, states: list[str], town: Town, client: Client, inbox: Inbox
) -> None:
    town.person(GWEN, phone=phone)
    call = place(client, timeout=20)
    town.advance(30)
    assert [state for _, state in told(inbox)] == states
    fetched = call.fetch()
    assert (fetched.status, fetched.duration, fetched.price) == (states[-1], "0", None)
    assert not [hook for hook in inbox.webhooks if hook.path == "/voice/answer"]


def test_without_events_only_the_end_is_told(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="answers", ring_s=5)
    place(client, status_callback_event=None)
    town.advance(60)
    assert told(inbox) == [("0", "completed")]


def test_whoever_rings_longer_than_the_timeout_was_not_there(town: Town, client: Client) -> None:
    town.person(GWEN, phone="answers", ring_s=25)
    call = place(client, timeout=20)
    town.advance(60)
    assert call.fetch().status == "no-answer"


def test_somebody_who_hangs_up_early_is_gone(town: Town, client: Client) -> None:
    town.person(GWEN, phone="hangs_up", ring_s=5, talk_s=2)
    call = place(client)
    town.advance(60)
    assert call.fetch().duration == "2"


def test_dead_air_is_not_borne_for_long(town: Town, client: Client, inbox: Inbox) -> None:
    inbox.answers["/voice/answer"] = '<Response><Pause length="60"/></Response>'
    town.person(GWEN, phone="answers", ring_s=5, talk_s=60)
    call = place(client)
    town.advance(100)
    assert call.fetch().duration == "8"


@pytest.mark.parametrize(
    ("phone", "guessed"), [("answers", "human"), ("machine", "machine_start"), ("hangs_up", "human")]
)
def test_detection_before_the_call_says_who_answered(
    phone: str, guessed: str, town: Town, client: Client, inbox: Inbox
) -> None:
    town.person(GWEN, phone=phone, ring_s=5, talk_s=60, mistaken=False)
    call = place(client, machine_detection="Enable", machine_detection_timeout=5)
    town.advance(120)
    asked = next(hook for hook in inbox.webhooks if hook.path == "/voice/answer")
    assert asked.params["AnsweredBy"] == guessed
    assert call.fetch().answered_by == guessed


@pytest.mark.parametrize(
    ("habits", "guessed"),
    [
        ({"phone": "machine"}, ("machine_start", "4000")),
        ({"phone": "answers", "mistaken": True}, ("machine_start", "4000")),
        ({"phone": "screens"}, ("unknown", "5000")),
    ],
)
def test_detection_beside_the_call_is_told_by_itself(
    habits: dict[str, Any], guessed: tuple[str, str], town: Town, client: Client, inbox: Inbox
) -> None:
    inbox.answers["/voice/answer"] = HELLO.replace("<Say>", '<Say loop="9">')
    town.person(GWEN, ring_s=5, **habits)
    place(
        client,
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{PUBLIC_URL}/voice/amd",
    )
    town.advance(120)
    asked = next(hook for hook in inbox.webhooks if hook.path == "/voice/answer")
    assert "AnsweredBy" not in asked.params
    (guess,) = [hook for hook in inbox.webhooks if hook.path == "/voice/amd"]
    assert (guess.params["AnsweredBy"], guess.params["MachineDetectionDuration"]) == guessed


def test_who_screens_wants_a_voice_at_once(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="screens", ring_s=5)
    waits = place(client, machine_detection="Enable")
    town.advance(60)
    greets = place(client)
    town.advance(60)
    assert [waits.fetch().duration, greets.fetch().duration] == ["2", "4"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "12"}, 21211),
        ({"to": "+33612345678"}, 21215),
        ({"from_": "Labour"}, 21212),
        ({"from_": "+447700900999"}, 21210),
        ({"url": "nowhere"}, 21205),
        ({"url": None}, 21205),
        ({"status_callback": "ftp://a.example"}, 21609),
        ({"status_callback_event": ["started"]}, 21626),
        ({"timeout": 601}, 20001),
    ],
)
def test_what_the_carrier_refuses_is_refused_with_its_code(
    fields: dict[str, Any], code: int, town: Town, client: Client
) -> None:
    town.account(senders=[US])
    with pytest.raises(TwilioRestException) as refused:
        place(client, **fields)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert town.calls() == []


def test_calls_wait_for_their_turn_and_the_queue_has_an_end(town: Town, client: Client) -> None:
    town.account(calls_per_second=1.0, call_queue_s=2.5)
    town.person(GWEN, phone="answers", ring_s=5)
    calls = [place(client) for _ in range(3)]
    assert [call.queue_time for call in calls] == ["0", "1000", "2000"]
    with pytest.raises(TwilioRestException) as refused:
        place(client)
    assert (refused.value.code, refused.value.status) == (22005, 429)
    town.advance(1.5)
    assert [call.fetch().start_time is not None for call in calls] == [True, True, False]


def test_the_list_filters_and_pages_through_everything(town: Town, client: Client) -> None:
    town.person(GWEN, phone="busy")
    sids = [place(client).sid for _ in range(5)]
    town.advance(30)
    place(client, to="+447700900124")
    listed = client.calls.list(to=GWEN, page_size=2)
    assert [call.sid for call in listed] == sids[::-1]
    assert len(client.calls.list(status="busy")) == 5
    hour = dt.timedelta(hours=1)
    assert len(client.calls.list(start_time_after=STARTS_AT - hour)) == 5, "the sixth isn't dialled yet"
    assert client.calls.list(start_time_after=STARTS_AT + hour) == []
    assert len(client.calls.list(start_time_before=STARTS_AT + hour, from_=US)) == 5


def test_a_call_is_canceled_while_it_rings(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="answers", ring_s=15)
    call = place(client)
    town.advance(5)
    assert call.update(status="canceled").status == "canceled"
    town.advance(60)
    assert [state for _, state in told(inbox)] == ["initiated", "ringing", "canceled"]


def test_canceled_leaves_a_talk_alone_and_completed_ends_it(town: Town, client: Client, inbox: Inbox) -> None:
    inbox.answers["/voice/answer"] = HELLO.replace("<Say>", '<Say loop="50">')
    town.person(GWEN, phone="answers", ring_s=5)
    call = place(client)
    town.advance(10)
    assert call.update(status="canceled").status == "in-progress"
    assert call.update(status="completed").status == "completed"
    town.advance(60)
    assert call.fetch().duration == "4"


def test_only_a_call_in_progress_can_be_sent_elsewhere(town: Town, client: Client, inbox: Inbox) -> None:
    inbox.answers["/voice/answer"] = HELLO.replace("<Say>", '<Say loop="50">')
    inbox.answers["/voice/other"] = "<Response><Hangup/></Response>"
    town.person(GWEN, phone="answers", ring_s=5)
    call = place(client)
    with pytest.raises(TwilioRestException) as refused:
        call.update(url=f"{PUBLIC_URL}/voice/other")
    assert refused.value.code == 21220
    town.advance(10)
    call.update(url=f"{PUBLIC_URL}/voice/other")
    town.advance(0.1)
    assert call.fetch().status == "completed"
    assert [hook.path for hook in inbox.webhooks if hook.path == "/voice/other"]


def test_twiml_can_come_with_the_order(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="answers", ring_s=5)
    call = place(client, url=None, twiml=HELLO)
    town.advance(60)
    assert call.fetch().status == "completed"
    assert not [hook for hook in inbox.webhooks if hook.path == "/voice/answer"]


def test_faults_meet_calls_too(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="busy")
    town.faults(error_after=1.0)
    with pytest.raises(TwilioRestException):
        place(client)
    assert len(town.calls()) == 1, "it was accepted all the same"
    town.faults(lost_callback=1.0)
    town.advance(60)
    assert inbox.webhooks == []


def test_doubled_callbacks_keep_their_number(town: Town, client: Client, inbox: Inbox) -> None:
    town.person(GWEN, phone="busy")
    town.faults(doubled_callback=1.0)
    place(client)
    town.advance(60)
    assert told(inbox) == [("0", "initiated"), ("0", "initiated"), ("1", "busy"), ("1", "busy")]
