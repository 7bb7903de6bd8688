"""`/conversations` and `/messages/classify`: what people write to us, and what it asks for (contract §7)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.views import MethodView
from marshmallow import Schema

from dialer.domain.access import Permission
from dialer.domain.conversing import Line
from dialer.domain.texting import INBOUND_CLASSES
from dialer.services.messaging import conversations as deeds
from dialer.services.messaging.answering import NewReply, assign_conversation, reply
from dialer.services.messaging.conversation_campaign import give_to_campaign
from dialer.services.messaging.conversation_notes import notes_of
from dialer.services.messaging.conversations import ConversationSearch
from dialer.services.messaging.reviews import decide_several, doubted_of
from dialer.services.messaging.words import LONGEST_BODY
from dialer.web.api.blueprint import Resource
from dialer.web.api.fields import Choice, Id, Text, path_id
from dialer.web.api.paging import page_of, paged, show_page
from dialer.web.api.v1.conversation_schemas import (
    SEEN,
    ClosingSchema,
    ConversationQuery,
    ConversationSchema,
    DecidedSchema,
    DecisionSchema,
    DecisionsSchema,
    ListedConversationSchema,
    WholeConversationSchema,
    show_conversation,
)
from dialer.web.api.v1.messages import PICTURE, MessageSchema, show_message
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


class AssignmentToSchema(Schema):
    """Who answers; null is nobody in particular."""

    volunteer_id = Id(required=True, allow_none=True)


class NewReplySchema(Schema):
    """An answer. Its placeholders are filled with what is known of whoever wrote."""

    body = Text(required=True, blank=False, max_length=LONGEST_BODY)
    seen_message_id = Id(metadata={"description": SEEN})
    picture_id = Id(allow_none=True, load_default=None, metadata={"description": PICTURE})


@conversations.route("/conversations")
class Conversations(MethodView):
    """All conversations in which somebody wrote to us."""

    @allow(Permission.CONVERSATION_READ)
    @conversations.arguments(ConversationQuery, location="query")
    @conversations.response(200, paged(ListedConversationSchema))
    def get(self, query: dict[str, Any]) -> dict[str, object]:
        """Conversations, the one with the latest text first. Volunteers see those they took or were given.

        Those of blocked numbers are only in their own `line`.
        """
        page = page_of(query)
        line = Line(query.pop("line")) if "line" in query else None
        ctx = context()
        found = deeds.list_conversations(ctx, ConversationSearch(**query, line=line), page)
        doubted = doubted_of(ctx, found.items)
        return show_page(found.map(lambda one: show_conversation(one) | {"doubted": doubted.get(one.id, ())}))


@conversations.route("/conversations/decide")
class DecidingSeveral(MethodView):
    """Deciding what several meant."""

    @allow(Permission.CONVERSATION_MANAGE)
    @conversations.arguments(DecisionsSchema)
    @conversations.response(200, DecidedSchema)
    def post(self, given: dict[str, Any]) -> object:
        """Say of each whether it was a no. Those that there is nothing to decide of any more, or more to
        read, are `left`.
        """
        wanted = {one["conversation_id"]: one["opt_out"] for one in given["decisions"]}
        seen = {one["conversation_id"]: one.get("seen_message_id") for one in given["decisions"]}
        return decide_several(context(), wanted, seen)


@conversations.route("/conversations/<conversation_id>")
class Conversation(MethodView):
    """One conversation."""

    @allow(Permission.CONVERSATION_READ)
    @conversations.response(200, WholeConversationSchema)
    def get(self, conversation_id: str) -> dict[str, object]:
        """One conversation with its latest texts and notes."""
        ctx = context()
        view, texts = deeds.get_conversation(ctx, path_id(conversation_id))
        messages = [show_message(text) for text in texts]
        doubted = doubted_of(ctx, [view]).get(view.id, ())
        beside = {"messages": messages, "notes": notes_of(ctx, view.id), "doubted": doubted}
        return show_conversation(view) | beside


@conversations.route("/conversations/<conversation_id>/close")
class Closing(MethodView):
    """Putting one away."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.arguments(ClosingSchema)
    @conversations.response(200, ConversationSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Close it until they write again; one under review has to be decided first. 409 with `newer_text` as
        `reason` where they wrote after the text that was seen and wait for an answer to that.
        """
        seen = given.get("seen_message_id")
        return show_conversation(deeds.close_conversation(context(), path_id(conversation_id), seen=seen))


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


class CampaignOfSchema(Schema):
    """The campaign that answers; null is none."""

    campaign_id = Id(required=True, allow_none=True)


@conversations.route("/conversations/<conversation_id>/campaign")
class Whose(MethodView):
    """Giving one to a campaign."""

    @allow(Permission.CONVERSATION_MANAGE)
    @conversations.arguments(CampaignOfSchema)
    @conversations.response(200, ConversationSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Have a campaign answer somebody whom none has texted. 409 once a text of theirs belongs to a
        campaign, or one of ours that went out or waits to. For those who see all campaigns.
        """
        given_to = give_to_campaign(context(), path_id(conversation_id), given["campaign_id"])
        return show_conversation(given_to)


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
        wanted = NewReply(
            path_id(conversation_id),
            given["body"],
            seen=given.get("seen_message_id"),
            picture_id=given["picture_id"],
        )
        sent = reply(context(), wanted)
        return show_message(sent), 201, {"Location": url_for("messages.Message", message_id=sent.id)}


@conversations.route("/conversations/<conversation_id>/decide")
class Deciding(MethodView):
    """Deciding what they meant."""

    @allow(Permission.CONVERSATION_MANAGE)
    @conversations.arguments(DecisionSchema)
    @conversations.response(200, ConversationSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Say whether it was a no: then it holds at once; else what waited for the number goes on."""
        decided = deeds.decide(
            context(), path_id(conversation_id), opt_out=given["opt_out"], seen=given.get("seen_message_id")
        )
        return show_conversation(decided)
