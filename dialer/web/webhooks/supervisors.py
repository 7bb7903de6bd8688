"""TwiML for coordinators who come into a volunteer's room."""

from __future__ import annotations

from flask import Response, request

from dialer.domain.ringing import LONGEST_TALK_S
from dialer.domain.supervision import supervision_of
from dialer.services.accounts.organisations import system_actor
from dialer.services.calling import call_urls, supervisor_joining
from dialer.services.calling.bridging import GoodBye
from dialer.services.calling.supervisor_joining import Attend
from dialer.services.context import Context
from dialer.services.messaging.callbacks import organisation_told
from dialer.web.desk import context, desk
from dialer.web.webhooks import spoken
from dialer.web.webhooks.away import held
from dialer.web.webhooks.blueprint import context_of, id_in_address, told, twiml

WAIT_S = 10


@held
def supervisor_answered() -> Response:
    """A coordinator answered (or waits, `then=wait`, or isn't in the room any more, `then=left`)."""
    params = told()
    ctx, call_id, sid = context_of(), id_in_address("c"), params.get("CallSid", "")
    match request.args.get("then"):
        case "wait" if call_id is not None:
            again = spoken.redirect(call_urls.supervisor_wait(ctx, call_id))
            return twiml(spoken.document(spoken.element("Pause", length=WAIT_S), again))
        case "left":
            status = params.get("CallStatus", "")
            return _attend(ctx, supervisor_joining.out_of_the_room(ctx, call_id, sid, status))
    return _attend(ctx, supervisor_joining.answered(ctx, call_id, sid, params.get("AnsweredBy")))


def browser_opened(params: dict[str, str]) -> Response | None:
    """A coordinator's browser opens their leg; None where it is nobody's who supervises."""
    caller = params.get("From", "")
    named = supervision_of(caller)
    if named is None:
        return None
    organisation_id = organisation_told(desk().units, str(named[0]), ())
    if organisation_id != named[0]:
        return twiml(spoken.document(spoken.hang_up()))
    ctx = context(system_actor(organisation_id))
    return _attend(ctx, supervisor_joining.from_browser(ctx, params.get("CallSid", ""), caller))


def _attend(ctx: Context, what: Attend | GoodBye) -> Response:
    """Into the room without a tone, muted until it is settled how they take part: nobody hears them come. One
    of their own is theirs: it ends with them, so that nobody is left alone in it.
    """
    if isinstance(what, GoodBye):
        words = "" if what.is_silent else spoken.say(spoken.why_not(what.reason), what.language)
        return twiml(spoken.document(words, spoken.hang_up()))
    own = str(what.is_own).lower()
    room = spoken.element(
        "Conference",
        what.room,
        beep="false",
        muted=str(not what.is_own).lower(),
        startConferenceOnEnter=own,
        endConferenceOnExit=own,
        participantLabel=what.call_id,
        waitUrl=call_urls.supervisor_wait(ctx, what.call_id),
        statusCallback=call_urls.room(ctx, what.call_id),
        statusCallbackEvent="join leave",
    )
    action = call_urls.supervisor_left(ctx, what.call_id)
    return twiml(spoken.document(spoken.element("Dial", room, timeLimit=LONGEST_TALK_S, action=action)))
