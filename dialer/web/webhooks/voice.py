"""Calls: what happens when somebody answers or rings, and what becomes of each leg.

Whatever is asked for, the carrier gets valid TwiML where it waits for some, within the second.
"""

from __future__ import annotations

import uuid

from flask import Response, request

from dialer.domain.access import Permission
from dialer.domain.ringing import CONTACT_RINGS_S, LONGEST_TALK_S, Leg
from dialer.services.calling import bridging, call_events, call_urls, inbound_line
from dialer.services.calling.bridging import Bridge, GoodBye
from dialer.services.calling.call_evidence import Told
from dialer.services.context import Context
from dialer.web.guard import allow
from dialer.web.webhooks import spoken
from dialer.web.webhooks.away import held, pressed_key
from dialer.web.webhooks.blueprint import context_of, told, twiml, webhooks

EVENTS = "initiated ringing answered completed"


@webhooks.post("/voice/answer")
@allow(Permission.CARRIER_TELL)
def voice_answer() -> Response:
    """The volunteer has answered, or the contact's leg is over (`then=over`)."""
    params = told()
    ctx = context_of(params.get("From", ""))
    call_id = _id("c")
    if request.args.get("then") == "over":
        return _said(bridging.over(ctx, call_id, _dialled(params)))
    sid, answered_by = params.get("CallSid", ""), params.get("AnsweredBy")
    what = bridging.answered(ctx, call_id, sid, answered_by)
    return _joined(ctx, what) if isinstance(what, Bridge) else _said(what)


@webhooks.post("/voice/status")
@allow(Permission.CARRIER_TELL)
def voice_status() -> Response:
    """Keep and apply what the carrier tells of a leg."""
    params = told()
    ctx = context_of(params.get("From", ""), params.get("To", ""))
    leg: Leg = "contact" if request.args.get("leg") == "contact" else "volunteer"
    what = Told(
        leg,
        params.get("CallSid", ""),
        params.get("CallStatus", ""),
        sequence=_whole(params.get("SequenceNumber")),
        duration_s=_whole(params.get("CallDuration")),
        answered_by=params.get("AnsweredBy"),
    )
    call_events.tell(ctx, _id("c"), what, params)
    return Response(status=204)


@webhooks.post("/voice/amd")
@allow(Permission.CARRIER_TELL)
def voice_amd() -> Response:
    """Keep who answered, as detection beside a call found it."""
    params = told()
    ctx = context_of()
    sid, answered_by = params.get("CallSid", ""), params.get("AnsweredBy", "unknown")
    call_events.tell_who_answered(ctx, _id("c"), sid, answered_by, params)
    return Response(status=204)


@webhooks.post("/voice/inbound")
@allow(Permission.CARRIER_TELL)
@held
def voice_inbound() -> Response:
    """Somebody rings one of our numbers, or has pressed keys on it (`then=keys`)."""
    params = told()
    ctx = context_of(params.get("To", ""))
    sid = params.get("CallSid", "")
    greeting = inbound_line.ring_in(ctx, sid, params.get("From", ""), params.get("To", ""))
    if request.args.get("then") != "keys":
        return _menu(ctx, greeting)
    return _after_key(ctx, inbound_line.press(ctx, sid, pressed_key()))


def _joined(ctx: Context, bridge: Bridge) -> Response:
    """Ring the contact and join the two."""
    number = spoken.element(
        "Number",
        bridge.number,
        statusCallback=call_urls.status(ctx, bridge.call_id, "contact"),
        statusCallbackEvent=EVENTS,
    )
    dial = spoken.element(
        "Dial",
        number,
        callerId=bridge.caller_id,
        timeout=CONTACT_RINGS_S,
        timeLimit=LONGEST_TALK_S,
        action=call_urls.after(ctx, bridge.call_id),
    )
    return twiml(spoken.document(dial))


def _said(good_bye: GoodBye) -> Response:
    """Say why, and end the volunteer's leg."""
    words = "" if good_bye.is_silent else spoken.say(spoken.why_not(good_bye.reason), good_bye.language)
    return twiml(spoken.document(words, spoken.hang_up()))


def _menu(ctx: Context, greeting: inbound_line.Greeting) -> Response:
    """Who we are, and the key that stops it."""
    hello = spoken.say_in_both(spoken.HELLO, organisation=greeting.organisation)
    if not greeting.can_stop:
        hidden = spoken.say_in_both(spoken.NUMBER_HIDDEN)
        return twiml(spoken.document(hello, hidden, spoken.hang_up()))
    prompts = hello + spoken.say_in_both(spoken.HOW_TO_STOP)
    action = call_urls.keys(ctx, greeting.call_id)
    keys = spoken.element("Gather", prompts, numDigits=1, timeout=6, action=action)
    return twiml(spoken.document(keys, spoken.say_in_both(spoken.FAREWELL), spoken.hang_up()))


def _after_key(ctx: Context, pressed: inbound_line.Pressed) -> Response:
    """Their no was taken; after another key the line begins anew."""
    if not pressed.stopped:
        return _menu(ctx, pressed.greeting)
    return twiml(spoken.document(spoken.say_in_both(spoken.STOPPED), spoken.hang_up()))


def _dialled(params: dict[str, str]) -> Told | None:
    """How the contact's leg ended, as the Dial tells it."""
    if "DialCallStatus" not in params or "DialCallSid" not in params:
        return None
    return Told(
        "contact",
        params["DialCallSid"],
        params["DialCallStatus"],
        duration_s=_whole(params.get("DialCallDuration")),
    )


def _id(name: str) -> uuid.UUID | None:
    """An id of ours in an address; one that isn't an id names nothing."""
    try:
        return uuid.UUID(request.args.get(name, ""))
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    """A number of the carrier's; what is none counts as not said."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
