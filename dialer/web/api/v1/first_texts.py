"""`/first-texts` and `/blasts/{id}/batch`: texts of a blast that people send by hand, one press each."""

from __future__ import annotations

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.errors import NotFound
from dialer.domain.first_texts import Empty, FirstText
from dialer.domain.message import MESSAGE_STATES
from dialer.services.messaging import first_texts as deeds
from dialer.services.messaging.first_texts import BatchView
from dialer.services.messaging.hand_progress import ByHand, by_hand
from dialer.services.paging import Slice
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Text, Whole, path_id
from dialer.web.api.paging import paged, show_page
from dialer.web.desk import context
from dialer.web.guard import allow

first_texts = Resource(
    "first-texts", "Texts of a blast that people send by hand: a batch taken, a press each"
)


class ToSendSchema(Schema):
    """A blast that you may send by hand: how many wait for a press, and how many you have sent."""

    blast_id = Id(required=True)
    name = Text(required=True)
    campaign_id = Id(required=True)
    campaign = Text(required=True)
    left = Whole(required=True)
    sent_by_me = Whole(required=True)


class FirstTextSchema(Schema):
    """A text to one person. One that is `queued` without `pressed_at` waits for a press."""

    id = Id(required=True)
    first_name = Text(required=True, allow_none=True)
    body = Text(required=True)
    segments = Whole(required=True)
    state = Choice(*MESSAGE_STATES, required=True)
    skip_reason = Text(required=True, allow_none=True)
    pressed_at = Instant(required=True, allow_none=True)
    picture_path = Text(
        required=True,
        allow_none=True,
        metadata={"description": "where the picture is seen that goes with it, behind this server’s name"},
    )


class BatchSchema(Schema):
    """What you hold of a blast, until `until`, sent ones among them. Where none waits for a press, `empty` or
    `waiting_reason` says why you were given no others.
    """

    id = Id(required=True, allow_none=True)
    blast_id = Id(required=True)
    name = Text(required=True)
    campaign_id = Id(required=True)
    campaign = Text(required=True)
    texts = fields.List(fields.Nested(FirstTextSchema), required=True)
    until = Instant(required=True, allow_none=True)
    sent_by_me = Whole(required=True)
    limit = Whole(required=True, allow_none=True)
    waiting_reason = Text(required=True, allow_none=True)
    empty = Choice(*(one.value for one in Empty), required=True, allow_none=True)


class PresserSchema(Schema):
    """Somebody who has sent texts of it by hand."""

    id = Id(required=True)
    name = Text(required=True)
    sent = Whole(required=True)


class ByHandSchema(Schema):
    """How many wait for a press (those in review don’t: they wait for a decision), how many of these are in
    volunteers’ hands, how many were pressed for and are still here, and who has sent how many, by name.
    """

    unpressed = Whole(required=True)
    held = Whole(required=True)
    pressed = Whole(required=True)
    by_whom = fields.List(fields.Nested(PresserSchema), required=True)


@first_texts.route("/first-texts")
class FirstTexts(MethodView):
    """What you may send by hand."""

    @allow(Permission.FIRST_TEXT_SEND)
    @first_texts.response(200, paged(ToSendSchema))
    def get(self) -> dict[str, object]:
        """The blasts of your campaigns that run and are sent by hand."""
        return show_page(Slice(deeds.blasts_to_send(context())))


@first_texts.route("/blasts/<blast_id>/batch")
class Batch(MethodView):
    """Your batch of one."""

    @allow(Permission.FIRST_TEXT_SEND)
    @first_texts.response(200, BatchSchema)
    def get(self, blast_id: str) -> BatchView:
        """What you hold of it. Asking takes nothing."""
        return deeds.my_batch(context(), path_id(blast_id))

    @allow(Permission.FIRST_TEXT_SEND)
    @first_texts.response(200, BatchSchema)
    def post(self, blast_id: str) -> BatchView:
        """Take texts to send by hand; while you still have some you get these again."""
        return deeds.take_batch(context(), path_id(blast_id))

    @allow(Permission.FIRST_TEXT_SEND)
    @first_texts.response(200, BatchSchema)
    def delete(self, blast_id: str) -> BatchView:
        """Give back what you hold and haven’t sent."""
        return deeds.give_back_batch(context(), path_id(blast_id))


@first_texts.route("/first-texts/<message_id>/press", methods=["POST"])
@allow(Permission.FIRST_TEXT_SEND)
@first_texts.response(200, FirstTextSchema)
def press(message_id: str) -> FirstText:
    """Send one text, once however often you press. 429 within half a second of your last press; 409 with
    `reason` where it isn’t yours any more, or nothing may go out just now.
    """
    return deeds.press(context(), path_id(message_id))


@first_texts.route("/first-texts/<message_id>/leave", methods=["POST"])
@allow(Permission.FIRST_TEXT_SEND)
@first_texts.response(204)
def leave(message_id: str) -> None:
    """Leave one to somebody else: you aren’t given it again."""
    deeds.leave_text(context(), path_id(message_id))


@first_texts.route("/blasts/<blast_id>/by-hand")
class ByHandOf(MethodView):
    """How far one is that is sent by hand."""

    @allow(Permission.BLAST_READ)
    @first_texts.response(200, ByHandSchema)
    def get(self, blast_id: str) -> ByHand:
        """What waits for a press, and who has sent how many. 404 where it goes by itself."""
        found = by_hand(context(), path_id(blast_id))
        if found is None:
            raise NotFound
        return found
