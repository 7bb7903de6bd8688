"""`/messages`: texts, out and in (contract §7)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from flask import Response, url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.attachment import NO_PICTURE
from dialer.domain.blast import Waiting
from dialer.domain.email_address import LONGEST
from dialer.domain.errors import NotFound
from dialer.domain.incoming_letter import Doubt
from dialer.domain.letter import BODY_LONGEST, SUBJECT_LONGEST
from dialer.domain.mail_report import BOUNCE_KINDS, WHY_BOUNCED
from dialer.domain.message import DIRECTIONS, MESSAGE_STATES
from dialer.domain.picture import GIF, JPEG, PNG
from dialer.domain.texting import CHANNELS, INBOUND_CLASSES, SMS
from dialer.services.messaging.attachments import open_nth
from dialer.services.messaging.messages import MessageSearch, get_message, list_messages
from dialer.services.messaging.singles import NewText, text_person
from dialer.services.messaging.views import MessageView
from dialer.services.messaging.words import LONGEST_BODY
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Instant, Money, Text, Whole, money, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.brought import fetched_response
from dialer.web.desk import context, desk
from dialer.web.guard import allow

PICTURE: Final = (
    "a picture that goes with it where networks take pictures; elsewhere, and in a letter, the text leads to"
    " it, at its end or where it says `{picture_url}`"
)
WAITS: Final = tuple(reason.value for reason in Waiting)

messages = Resource("messages", "Texts, out and in, each with its state")


class CarrierSaysSchema(Schema):
    """Why the carrier didn't send or deliver it."""

    code = Whole(required=True)
    detail = Text(allow_none=True, required=True)


class LetterSaidSchema(Schema):
    """What an email to us says of itself, which nothing proves."""

    sender = Text(required=True, metadata={"description": "the address that it says it was written from"})
    sender_name = Text(required=True)
    reply_to = Text(required=True, metadata={"description": "where else answers are wanted, if anywhere"})
    doubt = Choice(*Doubt, allow_none=True, metadata={"description": "why its words may be somebody else’s"})
    own_words = Text(
        required=True,
        metadata={
            "description": "what they wrote, without the email that it answers; all where a no is in doubt"
        },
    )


class MessageSchema(Schema):
    """A text, or an email."""

    id = Id(required=True)
    blast_id = Id(allow_none=True)
    campaign_id = Id(allow_none=True)
    contact_id = Id(allow_none=True)
    direction = Choice(*DIRECTIONS, required=True)
    purpose = Text(allow_none=True)
    from_ = Text(allow_none=True, data_key="from")
    to = Text(allow_none=True)
    body = Text(required=True)
    state = Choice(*MESSAGE_STATES, required=True)
    segments = Whole(required=True)
    encoding = Text(required=True)
    error = fields.Nested(CarrierSaysSchema, allow_none=True)
    bounce = Choice(*BOUNCE_KINDS, allow_none=True, metadata={"description": WHY_BOUNCED})
    carrier_sid = Text(allow_none=True)
    cost = Money(allow_none=True)
    skip_reason = Text(allow_none=True)
    created_at = Instant(required=True)
    sent_at = Instant(allow_none=True)
    delivered_at = Instant(allow_none=True)
    klass = Choice(*INBOUND_CLASSES, allow_none=True, data_key="class")
    rule = Text(allow_none=True)
    attachments = fields.List(
        Text(),
        required=True,
        metadata={"description": "The kinds of what came with it, such as image/jpeg."},
    )
    waiting_reason = Choice(*WAITS, allow_none=True)
    waits_until = Instant(allow_none=True)
    pressed_at = Instant(
        allow_none=True, metadata={"description": "of one sent by hand: when somebody pressed for it"}
    )
    pressed_by = Id(allow_none=True, metadata={"description": "and who"})
    picture_path = Text(
        allow_none=True,
        metadata={
            "description": "where the picture is seen that goes with it (MMS), behind this server’s name"
        },
    )
    channel = Choice(*CHANNELS, required=True)
    subject = Text(allow_none=True, metadata={"description": "of a letter"})
    letter = fields.Nested(LetterSaidSchema, allow_none=True)
    clicked_at = Instant(
        allow_none=True,
        metadata={"description": "of one of a blast: when whoever got it first opened a link in it"},
    )
    clicks = Whole(metadata={"description": "and how often they did, machines left out"})


class WordsSchema(Schema):
    """What a text, or a letter, to one person says."""

    channel = Choice(*CHANNELS, load_default=SMS)
    subject = Text(
        blank=False,
        max_length=SUBJECT_LONGEST,
        load_default="",
        metadata={"description": "of a letter, which needs one"},
    )
    body = Text(
        required=True,
        blank=False,
        max_length=BODY_LONGEST,
        metadata={"description": f"of a text {LONGEST_BODY:,} characters at most"},
    )


class NewMessageSchema(WordsSchema):
    """A text, or a letter, to one person. Its placeholders are filled with what is known of them."""

    contact_id = Id(required=True)
    campaign_id = Id(allow_none=True)
    picture_id = Id(allow_none=True, load_default=None, metadata={"description": PICTURE})


MessagePage = paged(MessageSchema)


class MessageQuery(PageQuery):
    """Which texts."""

    blast_id = Id()
    contact_id = Id()
    number = Text(max_length=LONGEST, metadata={"description": "a number, or an address of email"})
    direction = Choice(*DIRECTIONS)
    state = Choice(*MESSAGE_STATES)


@messages.route("/messages")
class Messages(MethodView):
    """All texts."""

    @allow(Permission.MESSAGE_SEND)
    @messages.arguments(NewMessageSchema)
    @messages.response(201, MessageSchema)
    def post(self, given: dict[str, Any]) -> tuple[dict[str, object], int, dict[str, str]]:
        """Text one person, or write them a letter, soon. 409 with the `reason` where they may not be written
        to; in quiet hours, and while something else holds it up, it waits, and `waiting_reason` says what
        for.
        """
        written = text_person(context(), NewText(**given))
        return show_message(written), 201, {"Location": url_for("messages.Message", message_id=written.id)}

    @allow(Permission.MESSAGE_READ)
    @messages.arguments(MessageQuery, location="query")
    @messages.response(200, MessagePage)
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Texts, oldest first."""
        page = page_of(query)
        return show_page(list_messages(context(), MessageSearch(**query), page).map(show_message))


@messages.route("/messages/<message_id>")
class Message(MethodView):
    """One text."""

    @allow(Permission.MESSAGE_READ)
    @messages.response(200, MessageSchema)
    def get(self, message_id: str) -> dict[str, object]:
        """One text."""
        return show_message(get_message(context(), path_id(message_id)))


_BROUGHT: Final = {
    kind: {"schema": {"type": "string", "format": "binary"}} for kind in (JPEG, PNG, GIF, NO_PICTURE)
}


@messages.route("/messages/<message_id>/attachments/<nth>")
class MessageAttachment(MethodView):
    """One thing that came with a text."""

    @allow(Permission.CONVERSATION_READ)
    @messages.doc(responses={"200": {"description": "The thing itself", "content": _BROUGHT}})
    def get(self, message_id: str, nth: str) -> Response:
        """What came with a text, by its place in `attachments`, from 0: a whole JPEG, PNG or GIF, or a file.
        409 with its `state` where it isn’t here, or not any more. That it was opened is audited.
        """
        if not (nth.isascii() and nth.isdecimal() and len(nth) < 3):
            raise NotFound
        found = open_nth(context(), desk().settings.secret_key, path_id(message_id), int(nth))
        return fetched_response(found)


def show_message(found: MessageView) -> dict[str, object]:
    """A text as the API answers it."""
    outbound = found.direction == "outbound"
    error = None if found.error_code is None else {"code": found.error_code, "detail": found.error_detail}
    return {
        "id": found.id,
        "blast_id": found.blast_id,
        "campaign_id": found.campaign_id,
        "contact_id": found.contact_id,
        "direction": found.direction,
        "purpose": found.purpose,
        "from_": found.sender if outbound else found.number,
        "to": found.number if outbound else found.sender,
        "body": found.body,
        "state": found.state,
        "segments": found.segments,
        "encoding": found.encoding,
        "error": error,
        "bounce": found.bounce,
        "carrier_sid": found.carrier_sid,
        "cost": None if found.currency is None else money(found.cost, found.currency),
        "skip_reason": found.skip_reason,
        "created_at": found.created_at,
        "sent_at": found.sent_at,
        "delivered_at": found.delivered_at,
        "klass": found.inbound_class,
        "rule": found.inbound_rule,
        "attachments": list(found.attachments),
        "waiting_reason": found.waiting_reason,
        "waits_until": found.waits_until,
        "pressed_at": found.pressed_at,
        "pressed_by": found.pressed_by,
        "picture_path": found.picture_path,
        "channel": found.channel,
        "subject": found.subject,
        "letter": asdict(found.letter) if found.letter is not None else None,
        "clicked_at": found.clicked_at,
        "clicks": found.clicks,
    }
