"""TwiML is read strictly: what the carrier's own library writes is read back, all else is refused."""

import pytest
from twilio.twiml.voice_response import Dial as TwilioDial
from twilio.twiml.voice_response import Gather as TwilioGather
from twilio.twiml.voice_response import VoiceResponse

from dialer.town.voice import twiml
from dialer.town.voice.verbs import (
    Conference,
    Dial,
    Gather,
    Hangup,
    Number,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
)


def response(inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inside}</Response>'


@pytest.mark.parametrize(
    ("inside", "verb"),
    [
        ("<Say>Hello</Say>", Say("Hello")),
        (
            '<Say voice="Polly.Gwyneth" language="cy-GB" loop="2">Shwmae</Say>',
            Say("Shwmae", "Polly.Gwyneth", "cy-GB", 2),
        ),
        ("<Play>https://a.example/a.mp3</Play>", Play("https://a.example/a.mp3")),
        ('<Play digits="ww12#"/>', Play(digits="ww12#")),
        ('<Pause length="3"/>', Pause(3)),
        ("<Hangup/>", Hangup()),
        ('<Reject reason="busy"/>', Reject("busy")),
        ('<Redirect method="POST">/x?a=1</Redirect>', Redirect("/x?a=1")),
        (
            '<Gather numDigits="1" timeout="4" action="/k" finishOnKey=""><Say>Nine?</Say></Gather>',
            Gather((Say("Nine?"),), "/k", timeout=4, num_digits=1, finish_on_key=""),
        ),
        ("<Dial>+447700900123</Dial>", Dial((Number("+447700900123"),))),
        (
            (
                '<Dial callerId="+441632960001" timeout="20" answerOnBridge="true" action="/d"'
                ' hangupOnStar="true" timeLimit="600">'
                '<Number statusCallback="/s" statusCallbackEvent="initiated ringing answered completed">'
                "+447700900123</Number></Dial>"
            ),
            Dial(
                (Number("+447700900123", "/s", "POST", ("initiated", "ringing", "answered", "completed")),),
                "+441632960001",
                20,
                answer_on_bridge=True,
                action="/d",
                hangup_on_star=True,
                time_limit=600,
            ),
        ),
    ],
)
def test_each_verb_is_read_with_its_attributes(inside: str, verb: object) -> None:
    assert twiml.read(response(inside)).verbs == (verb,)


def test_what_the_official_library_writes_is_read() -> None:
    wanted = VoiceResponse()
    keys = TwilioGather(num_digits=1, action="/keys", timeout=5)
    keys.say("Press nine & we never ring again.", language="en-GB")
    wanted.append(keys)
    joined = TwilioDial(caller_id="+441632960001", timeout=25, answer_on_bridge=True)
    joined.number(
        "+447700900123",
        status_callback="https://us.example/s?c=1",
        status_callback_event="initiated answered completed",
    )
    wanted.append(joined)
    gather, dial = twiml.read(str(wanted)).verbs
    assert isinstance(gather, Gather)
    assert gather.prompts == (Say("Press nine & we never ring again.", language="en-GB"),)
    assert isinstance(dial, Dial)
    assert dial.numbers[0].status_callback_event == ("initiated", "answered", "completed")


def test_a_room_of_the_official_library_is_read() -> None:
    wanted = VoiceResponse()
    dial = TwilioDial(action="/after", time_limit=60)
    dial.conference(
        "shift-1",
        beep="onEnter",
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        participant_label="volunteer",
        wait_url="",
        max_participants=3,
        status_callback="/room",
        status_callback_event="start end join leave",
    )
    wanted.append(dial)
    (read,) = twiml.read(str(wanted)).verbs
    assert isinstance(read, Dial)
    assert read.conference == Conference(
        "shift-1",
        beep="onEnter",
        start_conference_on_enter=False,
        end_conference_on_exit=True,
        participant_label="volunteer",
        wait_url="",
        max_participants=3,
        status_callback="/room",
        status_callback_event=("start", "end", "join", "leave"),
    )


def test_an_empty_response_is_a_document_without_verbs() -> None:
    assert twiml.read("<Response/>").verbs == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", twiml.NOT_XML),
        ("<Response><Say>Hello</Response>", twiml.NOT_XML),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Response/>', twiml.NOT_XML),
        ("<html/>", twiml.NOT_ALLOWED),
        ('<Response lang="en"/>', twiml.NOT_ALLOWED),
        (response("<say>Hello</say>"), twiml.NOT_ALLOWED),
        (response("<Say/>"), twiml.NOT_ALLOWED),
        (response("<Say>a<b>c</b></Say>"), twiml.NOT_ALLOWED),
        (response('<Say volume="2">a</Say>'), twiml.NOT_ALLOWED),
        (response('<Say language="cy-GB">Shwmae</Say>'), twiml.NOT_ALLOWED),
        (response('<Say voice="Polly.Gwyneth" language="en-GB">Hi</Say>'), twiml.NOT_ALLOWED),
        (response('<Say voice="Gwyneth">Hi</Say>'), twiml.NOT_ALLOWED),
        (response("<Play/>"), twiml.NOT_ALLOWED),
        (response("<Pause>1</Pause>"), twiml.NOT_ALLOWED),
        (response('<Pause length="0"/>'), twiml.NOT_ALLOWED),
        (response('<Pause length="-1"/>'), twiml.NOT_ALLOWED),
        (response("<Enqueue>a</Enqueue>"), twiml.NOT_ALLOWED),
        (response("<Conference>a</Conference>"), twiml.NOT_ALLOWED),
        (response("<Dial/>"), twiml.NOT_ALLOWED),
        (response("<Dial><Conference/></Dial>"), twiml.NOT_ALLOWED),
        (response("<Dial><Conference>a</Conference><Conference>b</Conference></Dial>"), twiml.NOT_ALLOWED),
        (
            response("<Dial><Number>+447700900123</Number><Conference>a</Conference></Dial>"),
            twiml.NOT_ALLOWED,
        ),
        (response('<Dial><Conference eventCallbackUrl="/e">a</Conference></Dial>'), twiml.NOT_ALLOWED),
        (response('<Dial><Conference maxParticipants="251">a</Conference></Dial>'), twiml.NOT_ALLOWED),
        (response('<Dial><Conference participantLabel="a/b">a</Conference></Dial>'), twiml.NOT_ALLOWED),
        (response('<Dial><Conference statusCallbackEvent="join">a</Conference></Dial>'), twiml.NOT_ALLOWED),
        (response("<Dial>+447700900123<Number>+447700900124</Number></Dial>"), twiml.NOT_ALLOWED),
        (response('<Dial record="record-from-answer">+447700900123</Dial>'), twiml.NOT_ALLOWED),
        (response('<Dial callerId="01632 960001">+447700900123</Dial>'), twiml.NOT_ALLOWED),
        (response('<Dial answerOnBridge="yes">+447700900123</Dial>'), twiml.NOT_ALLOWED),
        (
            response('<Dial><Number statusCallbackEvent="started">+447700900123</Number></Dial>'),
            twiml.NOT_ALLOWED,
        ),
        (response('<Gather input="speech"/>'), twiml.NOT_ALLOWED),
        (response('<Gather numDigits="none"/>'), twiml.NOT_ALLOWED),
        (response("<Gather><Dial>+447700900123</Dial></Gather>"), twiml.NOT_ALLOWED),
        (response("<Redirect/>"), twiml.NOT_ALLOWED),
        (response('<Reject reason="rude"/>'), twiml.NOT_ALLOWED),
        (response(f"<Say>{'a' * 70_000}</Say>"), twiml.TOO_LARGE),
    ],
)
def test_whatever_the_town_does_not_know_is_refused(text: str, code: int) -> None:
    with pytest.raises(twiml.BadTwimlError) as refused:
        twiml.read(text)
    assert refused.value.code == code
