"""TwiML for people whom the dialler rang: into a volunteer's room, or what they hear where nobody is free."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Response, request

from dialer.domain.answering_machine import AT_THE_BEEP, WAIT_S
from dialer.domain.phone import written
from dialer.domain.ringing import LONGEST_TALK_S
from dialer.services.calling import call_urls, dialled_answers
from dialer.services.calling.dialled_answers import (
    Answer,
    Greet,
    HoldOn,
    Inform,
    Join,
    Leave,
    OneMoment,
    PlayMessage,
)
from dialer.services.calling.leaving_messages import Play, WaitForBeep, heard_next
from dialer.services.calling.transfer_answers import Between
from dialer.services.context import Context
from dialer.web.desk import desk
from dialer.web.webhooks import lines, spoken, transferred
from dialer.web.webhooks.away import pressed_key
from dialer.web.webhooks.blueprint import twiml

KEY_WITHIN_S = 4
BETWEEN_LOOKS_S = 1
ALONE_FOR_S = 2
MOST_TRIES = 99
HELD_SOUNDS = 3
HELD_QUIET_S = 3


def answer(ctx: Context, call_id: uuid.UUID, params: Mapping[str, str]) -> Response:
    """What a dialled call hears next: after its answer, out of a room (`then=back`), after a key."""
    sid, then = params.get("CallSid", ""), request.args.get("then", "")
    if then == "key":
        return _after_key(dialled_answers.key_pressed(ctx, call_id, sid, pressed_key()))
    if then == "message":
        return _message(ctx, heard_next(ctx, call_id, sid, _times()))
    if then == "alone":
        return _alone(ctx, dialled_answers.alone(ctx, call_id, sid, _tries()))
    status = params.get("CallStatus", "")
    if then == "talked":
        return _heard(ctx, dialled_answers.talked_on(ctx, call_id, sid, status))
    if then == "back":
        return _heard(ctx, dialled_answers.out_of_the_room(ctx, call_id, sid, status, _tries()))
    return _heard(ctx, dialled_answers.answered(ctx, call_id, sid))


def away(caller_id: str) -> Response:
    """What whoever answered hears while nothing can be looked up: nobody is left in silence. The call shows
    as abandoned once the carrier is asked about it.
    """
    number = spoken.spelled(written(caller_id)) if caller_id.startswith("+") else ""
    return twiml(spoken.document(spoken.say_in_both(spoken.AWAY, number=number), spoken.hang_up()))


def on_hold() -> Response:
    """What somebody hears who is on hold, over and over: never silence for long, and nothing that has to be
    looked up. Only saying and playing is possible there.
    """
    public_url = desk().settings.public_url.rstrip("/")
    sound = spoken.element("Play", public_url + lines.SOUND)
    quiet = (sound + spoken.element("Pause", length=HELD_QUIET_S)) * HELD_SOUNDS
    again = spoken.redirect(f"{public_url}{request.full_path}")
    words = spoken.say(spoken.ON_HOLD, request.args.get("in", "en"))
    return twiml(spoken.document(words, quiet, again))


def _heard(ctx: Context, what: Answer) -> Response:
    if isinstance(what, Between):
        return transferred.heard(ctx, what)
    verbs: tuple[str, ...]
    match what:
        case PlayMessage():
            verbs = (spoken.redirect(call_urls.message(ctx, what.call_id, 0)),)
        case Join():
            verbs = (_room(ctx, what),)
        case Greet():
            again = spoken.redirect(call_urls.answer(ctx, what.call_id))
            verbs = (spoken.say(spoken.HELLO_ONE_MOMENT, what.language), again)
        case OneMoment():
            again = spoken.redirect(call_urls.answer(ctx, what.call_id))
            return twiml(spoken.document(spoken.say(spoken.ONE_MOMENT, what.language), again))
        case HoldOn():
            verbs = _hold_on(ctx, what)
        case Inform():
            verbs = _information(ctx, what)
        case Leave():
            verbs = (_farewell(what), spoken.hang_up())
    return twiml(spoken.document(*verbs))


def _room(ctx: Context, join: Join) -> str:
    """The volunteer hears a tone, and they talk at once. Its end for them isn't that of the room. Only who
    finds nobody there asks what to hear meanwhile. Where the call is recorded, that is what they hear first.
    """
    room = spoken.element(
        "Conference",
        spoken.words(join.room),
        startConferenceOnEnter="true",
        endConferenceOnExit="false",
        beep="onEnter" if join.tone else "false",
        participantLabel="contact",
        waitUrl=call_urls.alone_in_room(ctx, join.call_id, 0),
        statusCallback=call_urls.room(ctx, join.call_id),
        statusCallbackEvent="join leave",
    )
    left = call_urls.out_of_room(ctx, join.call_id, 0)
    action = left if join.tone else call_urls.talked_on(ctx, join.call_id)
    first = "" if join.recorded_in is None else spoken.say(spoken.RECORDED, join.recorded_in)
    return first + spoken.element("Dial", room, action=action, timeLimit=LONGEST_TALK_S)


def _alone(ctx: Context, what: HoldOn | None) -> Response:
    if what is None:
        return twiml()
    wait = spoken.element("Pause", length=ALONE_FOR_S)
    again = spoken.redirect(call_urls.alone_in_room(ctx, what.call_id, what.tries))
    return twiml(spoken.document(spoken.say(spoken.ONE_MOMENT, what.language), wait, again))


def _hold_on(ctx: Context, what: HoldOn) -> tuple[str, ...]:
    wait = spoken.element("Pause", length=BETWEEN_LOOKS_S)
    again = spoken.redirect(call_urls.out_of_room(ctx, what.call_id, what.tries))
    if not what.on_hold:
        return spoken.say(spoken.ONE_MOMENT, what.language), wait, again
    if what.tries > 1:
        sound = spoken.element("Play", ctx.public_url.rstrip("/") + lines.SOUND)
        return sound, wait, again
    return spoken.say(spoken.ON_HOLD, what.language), wait, again


def _information(ctx: Context, what: Inform) -> tuple[str, ...]:
    """Who called and how to be left alone, in their own language first; the key is heard all along. Only
    after that it is asked whether a machine has heard it, on which a message may be left.
    """
    spell = spoken.spelled(written(what.ring_back))
    fields = {"organisation": what.organisation, "number": spell}
    told = "".join(
        spoken.say(spoken.NOBODY_FREE, one, **fields) + spoken.say(spoken.HOW_TO_STOP, one)
        for one in spoken.own_first(what.language)
    )
    action = call_urls.key_of_contact(ctx, what.call_id)
    keys = spoken.element("Gather", told, numDigits=1, timeout=KEY_WITHIN_S, action=action)
    return keys, spoken.redirect(call_urls.message(ctx, what.call_id, AT_THE_BEEP))


def _message(ctx: Context, what: Play | WaitForBeep | None) -> Response:
    """What is left on a machine, after its beep."""
    match what:
        case Play():
            return twiml(
                spoken.document(spoken.element("Play", spoken.words(what.address)), spoken.hang_up())
            )
        case WaitForBeep():
            again = spoken.redirect(call_urls.message(ctx, what.call_id, what.times))
            return twiml(spoken.document(spoken.element("Pause", length=WAIT_S), again))
        case None:
            return twiml(spoken.document(spoken.hang_up()))


def _farewell(what: Leave) -> str:
    words = {dialled_answers.SORRY: spoken.LINE_LOST, dialled_answers.HUNG_UP: spoken.WE_HUNG_UP}
    return spoken.say(words[what.reason], what.language) if what.reason in words else ""


def _after_key(stopped: bool) -> Response:
    words = spoken.say_in_both(spoken.STOPPED) if stopped else spoken.say_in_both(spoken.FAREWELL)
    return twiml(spoken.document(words, spoken.hang_up()))


def _times() -> int:
    """The how-manieth request about a message it is, from our own address."""
    return request.args.get("times", AT_THE_BEEP, type=int) % (AT_THE_BEEP + 1)


def _tries() -> int:
    """How often they were held on already, from our own address."""
    text = request.args.get("tries", "")
    return min(int(text), MOST_TRIES) if text.isascii() and text.isdigit() and len(text) < 3 else MOST_TRIES
