"""`/conversations` and `/messages/classify`: what people write to us, and what it asks for (contract §7)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.texting import CONVERSATION_STATES, INBOUND_CLASSES
from dialer.services.messaging import conversations as deeds
from dialer.services.messaging.answering import NewReply, assign_conversation, reply
from dialer.services.messaging.blasts import LONGEST_BODY
from dialer.services.messaging.conversations import ConversationSearch, ConversationView
from dialer.services.messaging.views import MessageView
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Flag, Id, Instant, Text, path_id
from dialer.web.api.paging import PageQuery, page_of, paged, show_page
from dialer.web.api.v1.messages import MessageSchema, show_message
from dialer.web.desk import context
from dialer.web.guard import allow

conversations = Resource("conversations", "What people write to us, by number, and what is decided about it")


class TextToClassify(Schema):
    """A text as somebody might write it."""

    body = Text(required=True)


class ClassifiedSchema(Schema):
    """What it asks of us, and the rule by which that was found."""

    klass = Choice(*INBOUND_CLASSES, required=True, data_key="class")
    rule = Text(required=True)


@conversations.route("/messages/classify")
class Classify(MethodView):
    """What a text would be taken for."""

    @allow(Permission.MESSAGE_CLASSIFY)
    @conversations.arguments(TextToClassify)
    @conversations.response(200, ClassifiedSchema)
    def post(self, given: dict[str, Any]) -> object:
        """Say which of the four classes a text falls in, and by which rule. Nothing is kept."""
        return deeds.classify_text(context(), given["body"])


class WriterSchema(Schema):
    """The person behind a number."""

    id = Id(required=True)
    first_name = Text(allow_none=True)
    last_name = Text(allow_none=True)


class AssigneeSchema(Schema):
    """Who answers."""

    id = Id(required=True)
    name = Text(required=True)


class ConversationSchema(Schema):
    """All texts to and from one number; `last` is the latest that came in, `opted_out_at` since when a no to
    texts stands for the number.
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


class WholeConversationSchema(ConversationSchema):
    """A conversation with its latest texts, at most 200, the oldest of them first."""

    messages = fields.List(fields.Nested(MessageSchema), required=True)


class ConversationQuery(PageQuery):
    """Which conversations."""

    state = Choice(*CONVERSATION_STATES)
    campaign_id = Id()
    assigned_to = Id()
    assigned = Flag(metadata={"query": True})


class AssignmentToSchema(Schema):
    """Who answers; null is nobody in particular."""

    volunteer_id = Id(required=True, allow_none=True)


class NewReplySchema(Schema):
    """An answer. Its placeholders are filled with what is known of whoever wrote."""

    body = Text(required=True, blank=False, max_length=LONGEST_BODY)


class DecisionSchema(Schema):
    """Whether what they wrote was a no to texts."""

    opt_out = Flag(required=True)


@conversations.route("/conversations")
class Conversations(MethodView):
    """All conversations in which somebody wrote to us."""

    @allow(Permission.CONVERSATION_READ)
    @conversations.arguments(ConversationQuery, location="query")
    @conversations.response(200, paged(ConversationSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Conversations, the one with the latest text first. Volunteers see those given to them."""
        page = page_of(query)
        found = deeds.list_conversations(context(), ConversationSearch(**query), page)
        return show_page(found.map(show_conversation))


@conversations.route("/conversations/<conversation_id>")
class Conversation(MethodView):
    """One conversation."""

    @allow(Permission.CONVERSATION_READ)
    @conversations.response(200, WholeConversationSchema)
    def get(self, conversation_id: str) -> dict[str, object]:
        """One conversation with its latest texts."""
        view, texts = deeds.get_conversation(context(), path_id(conversation_id))
        return show_conversation(view) | {"messages": [show_message(text) for text in texts]}


@conversations.route("/conversations/<conversation_id>/close")
class Closing(MethodView):
    """Putting one away."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.response(200, ConversationSchema)
    def post(self, conversation_id: str) -> dict[str, object]:
        """Close it until they write again; one under review has to be decided first."""
        return show_conversation(deeds.close_conversation(context(), path_id(conversation_id)))


@conversations.route("/conversations/<conversation_id>/assign")
class Assigning(MethodView):
    """Giving one to somebody."""

    @allow(Permission.CONVERSATION_MANAGE)
    @conversations.arguments(AssignmentToSchema)
    @conversations.response(200, ConversationSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Have somebody answer it who is in its campaign, or nobody in particular."""
        assigned = assign_conversation(context(), path_id(conversation_id), given["volunteer_id"])
        return show_conversation(assigned)


@conversations.route("/conversations/<conversation_id>/reply")
class Replying(MethodView):
    """Answering."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.arguments(NewReplySchema)
    @conversations.response(201, MessageSchema)
    def post(
        self, given: dict[str, Any], conversation_id: str
    ) -> tuple[dict[str, object], int, dict[str, str]]:
        """Answer, before any blast. 409 with the `reason` where they may not be texted, or may have asked for
        no more and nobody has decided about that yet.
        """
        sent = reply(context(), NewReply(path_id(conversation_id), given["body"]))
        return show_message(sent), 201, {"Location": url_for("messages.Message", message_id=sent.id)}


@conversations.route("/conversations/<conversation_id>/decide")
class Deciding(MethodView):
    """Deciding what they meant."""

    @allow(Permission.CONVERSATION_MANAGE)
    @conversations.arguments(DecisionSchema)
    @conversations.response(200, ConversationSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Say whether it was a no: then it holds at once; else what waited for the number goes on."""
        decided = deeds.decide(context(), path_id(conversation_id), opt_out=given["opt_out"])
        return show_conversation(decided)


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
    }


def _shown(text: MessageView | None) -> dict[str, object] | None:
    return None if text is None else show_message(text)
