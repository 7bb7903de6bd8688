"""`/conversations` and `/messages/classify`: what people write to us, and what it asks for (contract §7)."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from dialer.domain.access import Permission
from dialer.domain.texting import CONVERSATION_STATES, INBOUND_CLASSES
from dialer.services.messaging import conversations as deeds
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
        """Conversations, the one with the latest text first."""
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

    @allow(Permission.CONVERSATION_MANAGE)
    @conversations.response(200, ConversationSchema)
    def post(self, conversation_id: str) -> dict[str, object]:
        """Close it until they write again; one under review has to be decided first."""
        return show_conversation(deeds.close_conversation(context(), path_id(conversation_id)))


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
        "last": _shown(view.last),
        "last_inbound_at": view.last_inbound_at,
        "created_at": view.created_at,
        "opted_out_at": view.opted_out_at,
    }


def _shown(text: MessageView | None) -> dict[str, object] | None:
    return None if text is None else show_message(text)
