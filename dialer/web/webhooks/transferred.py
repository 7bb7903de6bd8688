"""TwiML for whoever is put through: a third party into the volunteer's room, then the two into their own."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Response, request

from dialer.domain.ringing import LONGEST_TALK_S
from dialer.services.calling import call_urls, transfer_answers
from dialer.services.calling.transfer_answers import Answer, Between, Enough, ToVolunteer
from dialer.services.context import Context
from dialer.web.webhooks import spoken
from dialer.web.webhooks.blueprint import twiml

THROUGH: Final = frozenset({"through", "between", "apart"})
"""What is asked of either of the two, whichever's call it is."""
ALONE_FOR_S: Final = 1
MOST_TRIES: Final = 99


def answer(ctx: Context, call_id: uuid.UUID, params: Mapping[str, str]) -> Response:
    """What a third party hears next, or one of the two (`then`)."""
    sid, status, then = params.get("CallSid", ""), params.get("CallStatus", ""), request.args.get("then")
    match then:
        case "through":
            return heard(ctx, transfer_answers.put_through_to(ctx, call_id))
        case "between":
            return _alone(ctx, call_id)
        case "apart":
            return heard(ctx, transfer_answers.over(ctx, call_id, sid, status))
        case "back":
            return heard(ctx, transfer_answers.out_of_the_room(ctx, call_id, sid, status))
    return heard(ctx, transfer_answers.answered(ctx, call_id, sid, params.get("AnsweredBy")))


def heard(ctx: Context, what: Answer) -> Response:
    """What follows, as the carrier is told."""
    match what:
        case ToVolunteer():
            return twiml(spoken.document(_to_volunteer(ctx, what)))
        case Between():
            return twiml(spoken.document(_between(ctx, what)))
        case Enough():
            words = "" if what.is_silent else spoken.say(spoken.PUT_THROUGH_OVER)
            return twiml(spoken.document(words, spoken.hang_up()))


def _to_volunteer(ctx: Context, what: ToVolunteer) -> str:
    """Beside the volunteer, who hears a tone; its end for them isn't that of the room."""
    room = spoken.element(
        "Conference",
        spoken.words(what.room),
        startConferenceOnEnter="true",
        endConferenceOnExit="false",
        beep="onEnter",
        participantLabel=what.call_id,
        waitUrl=call_urls.put_through(ctx, what.call_id, "between"),
    )
    action = call_urls.out_of_room(ctx, what.call_id, 0)
    return spoken.element("Dial", room, action=action, timeLimit=LONGEST_TALK_S)


def _between(ctx: Context, what: Between) -> str:
    """The two alone: when one of them goes it is over for the other."""
    room = spoken.element(
        "Conference",
        spoken.words(what.room),
        startConferenceOnEnter="true",
        endConferenceOnExit="true",
        beep="false",
        participantLabel=what.call_id,
        waitUrl=call_urls.put_through(ctx, what.call_id, "between"),
    )
    action = call_urls.put_through(ctx, what.call_id, "apart")
    return spoken.element("Dial", room, action=action, timeLimit=LONGEST_TALK_S)


def _alone(ctx: Context, call_id: uuid.UUID) -> Response:
    """One moment, until the other one has come."""
    tries = request.args.get("tries", "")
    times = min(int(tries), MOST_TRIES) if tries.isascii() and tries.isdigit() and len(tries) < 3 else 0
    is_over = transfer_answers.alone(ctx, call_id, times)
    wait = spoken.element("Pause", length=ALONE_FOR_S)
    again = spoken.redirect(call_urls.put_through(ctx, call_id, "between", times + 1))
    words = spoken.PUT_THROUGH_OVER if is_over else spoken.ONE_MOMENT
    return twiml(spoken.document(spoken.say(words), wait, again))
