"""Calls: what happens when somebody answers or rings, and what becomes of each leg.

Whatever is asked for, the carrier gets valid TwiML where it waits for some, within the second.
"""

from __future__ import annotations

import uuid

from flask import Response, request

from dialer.domain.access import Permission
from dialer.domain.call import DIALLED, TRANSFER
from dialer.domain.errors import Unavailable
from dialer.domain.line import PIN_DIGITS, STOP_KEY, VOLUNTEERS_KEY
from dialer.domain.ringing import CONTACT_RINGS_S, LONGEST_TALK_S, Leg
from dialer.logs import get_logger
from dialer.services.calling import (
    bridging,
    call_events,
    call_urls,
    dialled_answers,
    dialling_in,
    inbound_line,
    recordings,
    room_arrivals,
)
from dialer.services.calling.bridging import Bridge, GoodBye
from dialer.services.calling.browser_ringing import ring_from_browser
from dialer.services.calling.call_evidence import Told
from dialer.services.calling.dialling_in import NotLetIn
from dialer.services.context import Context
from dialer.web.guard import allow
from dialer.web.webhooks import dialled, lines, roomed, spoken, supervisors, transferred
from dialer.web.webhooks.away import held, pressed_key
from dialer.web.webhooks.blueprint import context_of, id_in_address, told, twiml, webhooks

EVENTS = "initiated ringing answered completed"

log = get_logger(__name__)


@webhooks.post("/voice/answer")
@allow(Permission.CARRIER_TELL)
def voice_answer() -> Response:
    """Somebody whom we rang has answered, or the contact's leg is over (`then=over`). A volunteer's own line
    (`leg`), and a coordinator's, go their own ways.
    """
    if request.args.get("leg") == "line":
        return lines.line_answered()
    if request.args.get("leg") == "supervisor":
        return supervisors.supervisor_answered()
    params = told()
    if request.args.get("then") == "held":
        return dialled.on_hold()
    try:
        return _answered(context_of(params.get("From", "")), id_in_address("c"), params)
    except Unavailable:
        log.warning("somebody who answered hears that nobody can speak, since the database is away")
        return dialled.away(params.get("From", ""))


def _answered(ctx: Context, call_id: uuid.UUID | None, params: dict[str, str]) -> Response:
    through = request.args.get("then") in transferred.THROUGH
    mode = TRANSFER if through else dialled_answers.mode_of(ctx, call_id)
    if call_id is not None and mode == TRANSFER:
        return transferred.answer(ctx, call_id, params)
    if call_id is not None and mode == DIALLED:
        return dialled.answer(ctx, call_id, params)
    if request.args.get("then") in {"first", "told"}:
        return _told_of_recording(ctx, call_id)
    if call_id is not None and request.args.get("then") in roomed.OF_CONTACT:
        return roomed.contact_asks(ctx, call_id, params)
    if request.args.get("then") == "over":
        return _over(ctx, call_id, params)
    sid, answered_by = params.get("CallSid", ""), params.get("AnsweredBy")
    what = bridging.answered(ctx, call_id, sid, answered_by)
    return _joined(ctx, what) if isinstance(what, Bridge) else lines.say_good_bye(what)


def _over(ctx: Context, call_id: uuid.UUID | None, params: dict[str, str]) -> Response:
    """The contact isn't in the Dial any more: their call is over, or the two go on in a room."""
    sid, status = params.get("CallSid", ""), params.get("CallStatus", "")
    goes_on = room_arrivals.volunteer_goes_on(ctx, call_id, sid, status) if call_id is not None else None
    if goes_on is not None:
        return roomed.heard(ctx, goes_on)
    return lines.say_good_bye(bridging.over(ctx, call_id, _dialled(params)))


@webhooks.post("/voice/status")
@allow(Permission.CARRIER_TELL)
def voice_status() -> Response:
    """Keep and apply what the carrier tells of a leg, or of a room."""
    if request.args.get("leg") == "room":
        return lines.room_told()
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
        network_said=_whole(params.get("SipResponseCode")),
    )
    call_events.tell(ctx, id_in_address("c"), what, params)
    return Response(status=204)


@webhooks.post("/voice/amd")
@allow(Permission.CARRIER_TELL)
def voice_amd() -> Response:
    """Keep who answered, as detection beside a call found it."""
    params = told()
    ctx = context_of()
    sid, answered_by = params.get("CallSid", ""), params.get("AnsweredBy", "unknown")
    call_events.tell_who_answered(ctx, id_in_address("c"), sid, answered_by, params)
    return Response(status=204)


@webhooks.post("/voice/recording")
@allow(Permission.CARRIER_TELL)
def voice_recording() -> Response:
    """Keep what became of a recording."""
    params = told()
    seconds = _whole(params.get("RecordingDuration"))
    sid, status = params.get("RecordingSid", ""), params.get("RecordingStatus", "")
    recordings.tell(context_of(), id_in_address("c"), sid, status, seconds)
    return Response(status=204)


@webhooks.post("/voice/client")
@allow(Permission.CARRIER_TELL)
@held
def voice_client() -> Response:
    """A browser opens a volunteer's line, or a coordinator's leg, or rings whom they have in hand
    (`Assignment`).
    """
    params = told()
    if "Assignment" in params:
        return _ring(params)
    return supervisors.browser_opened(params) or lines.browser_opened(params)


@webhooks.post("/voice/inbound")
@allow(Permission.CARRIER_TELL)
@held
def voice_inbound() -> Response:
    """Somebody rings one of our numbers, has pressed keys on it (`then=keys`) or typed a PIN (`then=pin`)."""
    params = told()
    ctx = context_of(params.get("To", ""))
    sid = params.get("CallSid", "")
    greeting = inbound_line.ring_in(ctx, sid, params.get("From", ""), params.get("To", ""))
    match request.args.get("then"):
        case "keys":
            return _after_key(ctx, sid, greeting, pressed_key())
        case "pin":
            return _after_pin(ctx, sid, greeting, params.get("Digits", ""))
    return _menu(ctx, greeting)


def _ring(params: dict[str, str]) -> Response:
    caller = params.get("From", "")
    ctx = lines.context_of_browser(caller)
    try:
        assignment_id = uuid.UUID(params["Assignment"])
    except ValueError:
        ctx = None
    if ctx is None:
        return lines.say_good_bye(GoodBye("lost"))
    what = ring_from_browser(ctx, params.get("CallSid", ""), caller, assignment_id)
    return _joined(ctx, what) if isinstance(what, Bridge) else lines.say_good_bye(what)


def _joined(ctx: Context, bridge: Bridge) -> Response:
    """Ring the contact and join the two."""
    told = {"url": call_urls.first_words(ctx, bridge.call_id)} if bridge.recorded else {}
    number = spoken.element(
        "Number",
        bridge.number,
        **told,
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


def _told_of_recording(ctx: Context, call_id: uuid.UUID | None) -> Response:
    """What somebody hears whom a volunteer rings, before the two are joined; asked for again when it was said
    (`then=told`): only then is anything recorded.
    """
    if request.args.get("then") == "told":
        recordings.were_told(ctx, call_id)
        return twiml()
    language = recordings.first_words(ctx, call_id)
    if language is None or call_id is None:
        return twiml()
    goes_on = spoken.redirect(call_urls.have_heard(ctx, call_id))
    return twiml(spoken.document(spoken.say(spoken.RECORDED, language), goes_on))


def _menu(ctx: Context, greeting: inbound_line.Greeting) -> Response:
    """Who we are, the key that stops it, and the one for volunteers."""
    hello = spoken.say_in_both(spoken.HELLO, organisation=greeting.organisation)
    return _keys(ctx, greeting, hello, volunteers=greeting.volunteers)


def _keys(ctx: Context, greeting: inbound_line.Greeting, first: str, *, volunteers: bool) -> Response:
    """Say something, and what can be pressed."""
    prompts = first + spoken.say_in_both(spoken.HOW_TO_STOP if greeting.can_stop else spoken.NUMBER_HIDDEN)
    if volunteers:
        prompts += spoken.say_in_both(spoken.FOR_VOLUNTEERS)
    if not greeting.can_stop and not volunteers:
        return twiml(spoken.document(prompts, spoken.hang_up()))
    action = call_urls.keys(ctx, greeting.call_id)
    keys = spoken.element("Gather", prompts, numDigits=1, timeout=6, action=action)
    return twiml(spoken.document(keys, spoken.say_in_both(spoken.FAREWELL), spoken.hang_up()))


def _after_key(ctx: Context, sid: str, greeting: inbound_line.Greeting, key: str) -> Response:
    """Their no was taken, or a volunteer wants in; after another key the line begins anew."""
    if key == VOLUNTEERS_KEY and greeting.volunteers:
        return _ask_pin(ctx, greeting, "")
    if not inbound_line.press(ctx, sid, key).stopped:
        return _menu(ctx, greeting)
    return twiml(spoken.document(spoken.say_in_both(spoken.STOPPED), spoken.hang_up()))


def _ask_pin(ctx: Context, greeting: inbound_line.Greeting, first: str) -> Response:
    """Whose line is it? Without an answer the line begins anew."""
    prompts = first + spoken.say_in_both(spoken.TYPE_PIN)
    action = call_urls.pin(ctx, greeting.call_id)
    pin = spoken.element("Gather", prompts, numDigits=PIN_DIGITS, timeout=6, action=action)
    return twiml(spoken.document(pin, spoken.redirect(call_urls.inbound(ctx, greeting.call_id))))


def _after_pin(ctx: Context, sid: str, greeting: inbound_line.Greeting, digits: str) -> Response:
    """Into the volunteer's room, or another try, or none. The key that stops our calls still does."""
    if digits == STOP_KEY:
        return _after_key(ctx, sid, greeting, digits)
    what = dialling_in.dial_in(ctx, greeting.call_id, digits)
    if not isinstance(what, NotLetIn):
        return lines.let_in(ctx, what)
    if what.again:
        return _ask_pin(ctx, greeting, spoken.say_in_both(spoken.WRONG_PIN))
    return _keys(ctx, greeting, spoken.say_in_both(spoken.NO_MORE_PINS), volunteers=False)


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


def _whole(text: str | None) -> int | None:
    """A number of the carrier's; what is none counts as not said."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 7 else None
