"""Conversations as the API shows them, and what may be asked of it."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from dialer.domain.conversing import HANDOVER_REASONS, NOTE_LONGEST, TAG_LONGEST, TAGS_MOST, Line
from dialer.domain.texting import CONVERSATION_STATES
from dialer.services.messaging.conversation_views import ConversationView
from dialer.services.messaging.reviews import DECIDED_AT_ONCE
from dialer.services.messaging.views import MessageView
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, Whole
from dialer.web.api.paging import PageQuery
from dialer.web.api.v1.messages import MessageSchema, show_message


class WriterSchema(Schema):
    """The person behind a number."""

    id = Id(required=True)
    first_name = Text(allow_none=True)
    last_name = Text(allow_none=True)


class AssigneeSchema(Schema):
    """One of us."""

    id = Id(required=True)
    name = Text(required=True)


class HandedOverSchema(Schema):
    """That a coordinator is asked to go on: by whom, why, since when."""

    at = Instant(required=True)
    by = fields.Nested(AssigneeSchema, allow_none=True)
    reason = Choice(*HANDOVER_REASONS, required=True)


class DoubtedSchema(Schema):
    """A text that may have meant no, the rule that doubted, and the words by which it did."""

    message_id = Id(required=True)
    body = Text(required=True)
    rule = Text(required=True)
    words = Text(required=True)
    at = Instant(required=True)


class ConversationSchema(Schema):
    """All texts to and from one number; `last` is the latest that came in, `opted_out_at` since when a no to
    texts stands for the number, `unanswered_since` when the first came that nobody has answered. Until
    `held_until` it stays with whoever took it. While the number is blocked (`blocked_at`), `blocked_texts`
    came from it.
    """

    id = Id(required=True)
    number = Text(required=True)
    contact_id = Id(allow_none=True, required=True)
    contact = fields.Nested(WriterSchema, allow_none=True, required=True)
    campaign_id = Id(allow_none=True)
    sender = Text(allow_none=True)
    state = Choice(*CONVERSATION_STATES, required=True)
    assigned_to = Id(allow_none=True)
    assignee = fields.Nested(AssigneeSchema, allow_none=True)
    last = fields.Nested(MessageSchema, allow_none=True)
    last_inbound_at = Instant(allow_none=True)
    created_at = Instant(required=True)
    opted_out_at = Instant(allow_none=True)
    unanswered_since = Instant(allow_none=True)
    held_until = Instant(allow_none=True)
    handed_over = fields.Nested(HandedOverSchema, allow_none=True)
    blocked_at = Instant(allow_none=True)
    blocked_texts = Whole()
    tags = fields.List(Text())


class NoteSchema(Schema):
    """What somebody wrote down about a conversation."""

    id = Id(required=True)
    body = Text(required=True)
    by = fields.Nested(AssigneeSchema, allow_none=True)
    created_at = Instant(required=True)


class ListedConversationSchema(ConversationSchema):
    """A conversation in a list. While it is in review, `doubted` are the texts that may have meant no, at
    most three, the latest first.
    """

    doubted = fields.List(fields.Nested(DoubtedSchema), required=True)


class WholeConversationSchema(ListedConversationSchema):
    """A conversation with its latest texts, at most 200, and notes, at most 50, the oldest of them first."""

    messages = fields.List(fields.Nested(MessageSchema), required=True)
    notes = fields.List(fields.Nested(NoteSchema), required=True)


SEEN: Final = "The latest text of theirs that you saw; what came after it was not in what you did."


class ClosingSchema(Schema):
    """What was seen of what they wrote."""

    seen_message_id = Id(metadata={"description": SEEN})


class DecisionSchema(Schema):
    """Whether what they wrote was a no to texts. Another text that may be one, after the one that was seen,
    has to be read before it can be said that there was none: 409, with `newer_text` as `reason`.
    """

    opt_out = Flag(required=True)
    seen_message_id = Id(metadata={"description": SEEN})


class DecisionOfSchema(DecisionSchema):
    """The same of one of several conversations."""

    conversation_id = Id(required=True)


class DecisionsSchema(Schema):
    """What several conversations meant."""

    decisions = fields.List(
        fields.Nested(DecisionOfSchema), required=True, validate=validate.Length(min=1, max=DECIDED_AT_ONCE)
    )


class DecidedSchema(Schema):
    """Which decisions hold, and which there was nothing to decide of, or more to read."""

    decided = fields.List(Id(), required=True)
    left = fields.List(Id(), required=True)


class ConversationQuery(PageQuery):
    """Which conversations. `line`: those that wait for an answer or for a coordinator, or are blocked, the
    one that has done so longest first; of those that wait for a coordinator the ones that frightened somebody
    before all others.
    """

    state = Choice(*CONVERSATION_STATES)
    campaign_id = Id()
    assigned_to = Id()
    assigned = Flag(metadata={"query": True})
    line = Choice(*Line)
    tag = Text(max_length=TAG_LONGEST)


class NextSchema(Schema):
    """Whether one more is wanted beside those that wait for an answer already."""

    another = Flag(load_default=False)


class TakenSchema(Schema):
    """The one that was taken; null where nobody waits."""

    conversation = fields.Nested(ConversationSchema, required=True, allow_none=True)


class HandToCoordinatorSchema(Schema):
    """Why a coordinator is to go on, and what they should know."""

    reason = Choice(*HANDOVER_REASONS, required=True)
    note = Text(max_length=NOTE_LONGEST)


class NewNoteSchema(Schema):
    """What the others should know. Never sent."""

    body = Text(required=True, blank=False, max_length=NOTE_LONGEST)


class TagsSchema(Schema):
    """All tags that it is to have."""

    tags = fields.List(
        Text(blank=False, max_length=TAG_LONGEST), required=True, validate=validate.Length(max=TAGS_MOST)
    )


class UnblockSchema(Schema):
    """Why."""

    reason = Text(required=True, blank=False, max_length=500)


def show_conversation(view: ConversationView) -> dict[str, object]:
    """A conversation as the API answers it."""
    return {
        "id": view.id,
        "number": view.number,
        "contact_id": view.contact.id if view.contact is not None else None,
        "contact": view.contact,
        "campaign_id": view.campaign_id,
        "sender": view.sender,
        "state": view.state,
        "assigned_to": view.assignee.id if view.assignee is not None else None,
        "assignee": view.assignee,
        "last": _shown(view.last),
        "last_inbound_at": view.last_inbound_at,
        "created_at": view.created_at,
        "opted_out_at": view.opted_out_at,
        "unanswered_since": view.unanswered_since,
        "held_until": view.held_until,
        "handed_over": view.handed_over,
        "blocked_at": view.blocked_at,
        "blocked_texts": view.blocked_texts,
        "tags": view.tags,
    }


def _shown(text: MessageView | None) -> dict[str, object] | None:
    return None if text is None else show_message(text)
