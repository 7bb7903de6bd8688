"""A volunteer's own line: what their phone or browser is told to do, and what their room tells."""

from __future__ import annotations

import uuid
from typing import Final

from flask import Response, request

from dialer.domain.line import LONGEST_S, session_of
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling import (
    call_urls,
    line_joining,
    recordings,
    room_arrivals,
    supervisor_joining,
)
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.line_joining import Enter
from dialer.services.context import Context
from dialer.services.messaging.callbacks import organisation_told
from dialer.web.desk import context, desk
from dialer.web.webhooks import spoken
from dialer.web.webhooks.away import held
from dialer.web.webhooks.blueprint import context_of, id_in_address, told, twiml

RETURNS_MAX: Final = 50
"""So often somebody goes back into a room that ends without them: then something is wrong with it."""
SOUND: Final = "/static/sounds/waiting.wav"
SOUNDS: Final = 5
QUIET_S: Final = 6

_TIMES: Final = "times"


@held
def line_answered() -> Response:
    """A volunteer answered (or waits, `then=wait`, or isn't in their room any more, `then=left`)."""
    params = told()
    ctx, call_id, sid = context_of(), id_in_address("c"), params.get("CallSid", "")
    match request.args.get("then"):
        case "wait":
            return _wait(ctx, call_id, line_joining.in_the_room(ctx, call_id, sid))
        case "left":
            return _left(ctx, sid, params.get("CallStatus", ""))
    return let_in(ctx, line_joining.answered(ctx, call_id, sid, params.get("AnsweredBy")))


def room_told() -> Response:
    """Somebody came into a volunteer's room, or left it."""
    params = told()
    ctx, call_id, sid = context_of(), id_in_address("c"), params.get("CallSid", "")
    match params.get("StatusCallbackEvent"):
        case "participant-join" if not supervisor_joining.in_the_room(ctx, sid):
            line_joining.in_the_room(ctx, call_id, sid)
            room_arrivals.in_the_room(ctx, sid)
            recordings.in_the_room(ctx, sid)
        case "participant-leave":
            line_joining.left_the_room(ctx, call_id, sid)
            supervisor_joining.left_the_room(ctx, sid)
    return Response(status=204)


def context_of_browser(caller: str) -> Context | None:
    """The context of whose browser it is, by the name that we gave it; None for anybody else's."""
    named = session_of(caller)
    organisation_id = organisation_told(desk().units, str(named[0]) if named else None, ())
    if named is None or organisation_id != named[0]:
        return None
    return context(system_actor(organisation_id))


def browser_opened(params: dict[str, str]) -> Response:
    """A volunteer's browser opens the line of its session."""
    caller = params.get("From", "")
    ctx = context_of_browser(caller)
    if ctx is None:
        return say_good_bye(GoodBye("lost"))
    return let_in(ctx, line_joining.from_browser(ctx, params.get("CallSid", ""), caller))


def let_in(ctx: Context, what: Enter | GoodBye, times: int = 0) -> Response:
    """Into the room: alone they hear that they are on the line; no tone sounds as they come, as it is they
    who wait for one. When they go, whoever they talked with isn't left alone in it.
    """
    if isinstance(what, GoodBye):
        return say_good_bye(what)
    room = spoken.element(
        "Conference",
        what.room,
        beep="false",
        muted="true" if what.muted else "false",
        startConferenceOnEnter="true",
        endConferenceOnExit="true",
        participantLabel=what.call_id,
        waitUrl=call_urls.line_wait(ctx, what.call_id),
        statusCallback=call_urls.room(ctx, what.call_id),
        statusCallbackEvent="join leave",
    )
    action = call_urls.line_left(ctx, what.call_id, times + 1)
    return twiml(spoken.document(spoken.element("Dial", room, timeLimit=LONGEST_S, action=action)))


def say_good_bye(good_bye: GoodBye) -> Response:
    """Say why, and end the volunteer's leg."""
    words = "" if good_bye.is_silent else spoken.say(spoken.why_not(good_bye.reason), good_bye.language)
    return twiml(spoken.document(words, spoken.hang_up()))


def _left(ctx: Context, sid: str, status: str) -> Response:
    """Back into the room, for who is still there: it was the room that ended."""
    times = request.args.get(_TIMES, 0, type=int)
    what = line_joining.out_of_the_room(ctx, id_in_address("c"), sid, status)
    if times > RETURNS_MAX:
        what = GoodBye("lost")
    return let_in(ctx, what, times)


def _wait(ctx: Context, call_id: uuid.UUID | None, language: str) -> Response:
    """Said once that they are on the line; then a soft sound now and then, so that they know it still is."""
    if call_id is None:
        return twiml()
    goes_on = spoken.redirect(f"{call_urls.line_wait(ctx, call_id)}&{_TIMES}=1")
    if not request.args.get(_TIMES, 0, type=int):
        return twiml(spoken.document(spoken.say(spoken.ON_THE_LINE, language), goes_on))
    sound = spoken.element("Play", ctx.public_url.rstrip("/") + SOUND)
    quiet = spoken.element("Pause", length=QUIET_S)
    return twiml(spoken.document((sound + quiet) * SOUNDS, goes_on))
