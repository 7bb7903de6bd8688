"""TwiML for the two of a call that we put through, who go on in the volunteer's room."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

from flask import Response, request

from dialer.domain.ringing import LONGEST_TALK_S
from dialer.services.calling import call_urls, room_arrivals
from dialer.services.calling.room_arrivals import HUNG_UP, LINE_LOST, Answer, IntoRoom
from dialer.services.calling.transfer_answers import Between
from dialer.services.context import Context
from dialer.web.webhooks import lines, spoken, transferred
from dialer.web.webhooks.blueprint import twiml

OF_CONTACT: Final = frozenset({"room", "back", "talked"})
"""What is asked of the contact's leg."""


_TO_CONTACT: Final = {LINE_LOST: spoken.LINE_LOST, HUNG_UP: spoken.WE_HUNG_UP}
"""What the contact hears at the end."""


def contact_asks(ctx: Context, call_id: uuid.UUID, params: Mapping[str, str]) -> Response:
    """The contact is led into the room (`then=room`), or isn't in it any more (`then=back`), nor in that of a
    coordinator who had taken over (`then=talked`).
    """
    sid, status = params.get("CallSid", ""), params.get("CallStatus", "")
    match request.args.get("then"):
        case "room":
            return heard(ctx, room_arrivals.contact_comes(ctx, call_id, sid))
        case "talked":
            return heard(ctx, room_arrivals.talked_on(ctx, call_id, sid, status))
    return heard(ctx, room_arrivals.contact_leaves(ctx, call_id, sid, status))


def heard(ctx: Context, what: Answer) -> Response:
    """What follows, as the carrier is told."""
    if isinstance(what, Between):
        return transferred.heard(ctx, what)
    if isinstance(what, IntoRoom):
        return twiml(spoken.document(_room(ctx, what)))
    if what.reason in _TO_CONTACT:
        words = spoken.say(_TO_CONTACT[what.reason], what.language)
        return twiml(spoken.document(words, spoken.hang_up()))
    return lines.say_good_bye(what)


def _room(ctx: Context, into: IntoRoom) -> str:
    """It ends with the volunteer, as the Dial did that joined the two; when the contact goes, we hang up on
    the volunteer. A coordinator's own begins and ends with them.
    """
    room = spoken.element(
        "Conference",
        spoken.words(into.room),
        beep="false",
        startConferenceOnEnter=str(not into.is_contact).lower(),
        endConferenceOnExit=str(not into.is_contact).lower(),
        participantLabel="contact" if into.is_contact else into.call_id,
        waitUrl=call_urls.on_hold(ctx, into.call_id, into.language),
        statusCallback=call_urls.room(ctx, into.call_id),
        statusCallbackEvent="join leave",
    )
    then = (
        call_urls.out_of_room(ctx, into.call_id, 0) if into.is_contact else call_urls.after(ctx, into.call_id)
    )
    if into.is_theirs:
        then = call_urls.talked_on(ctx, into.call_id)
    return spoken.element("Dial", room, action=then, timeLimit=LONGEST_TALK_S)
