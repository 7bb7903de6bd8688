"""`/conversations/next` and what somebody does with a conversation that they answer (contract §7)."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from dialer.domain.access import Permission
from dialer.services.messaging.conversation_handover import hand_over
from dialer.services.messaging.conversation_notes import NoteView, add_note, set_tags
from dialer.services.messaging.conversation_pool import give_back, take_next
from dialer.services.messaging.number_blocks import block, unblock
from dialer.web.api.fields import path_id
from dialer.web.api.v1.conversation_schemas import (
    ConversationSchema,
    HandToCoordinatorSchema,
    NewNoteSchema,
    NextSchema,
    NoteSchema,
    TagsSchema,
    TakenSchema,
    UnblockSchema,
    show_conversation,
)
from dialer.web.api.v1.conversations import conversations
from dialer.web.desk import context
from dialer.web.guard import allow

__all__ = ["conversations"]


@conversations.route("/conversations/next")
class Next(MethodView):
    """Whoever waits for an answer."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.arguments(NextSchema)
    @conversations.response(200, TakenSchema)
    def post(self, given: dict[str, Any]) -> dict[str, object]:
        """Take the conversation that has waited longest for an answer: the same one until it is answered.

        With `another` one more; 409 with `most` where one person may have no more.
        """
        taken = take_next(context(), another=given["another"])
        return {"conversation": None if taken is None else show_conversation(taken)}


@conversations.route("/conversations/<conversation_id>/give-back")
class GivingBack(MethodView):
    """Leaving one to others."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.response(204)
    def post(self, conversation_id: str) -> None:
        """Leave it to others. For an hour it isn’t offered to the same person again."""
        give_back(context(), path_id(conversation_id))


@conversations.route("/conversations/<conversation_id>/hand-over")
class HandingOver(MethodView):
    """Asking a coordinator to go on."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.arguments(HandToCoordinatorSchema)
    @conversations.response(204)
    def post(self, given: dict[str, Any], conversation_id: str) -> None:
        """Leave it to the coordinators. Who is `frightened` never meets this person again."""
        hand_over(context(), path_id(conversation_id), given["reason"], given.get("note"))


@conversations.route("/conversations/<conversation_id>/block")
class Blocking(MethodView):
    """Blocking a number."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.response(204)
    def post(self, conversation_id: str) -> None:
        """Block an abusive number for everybody: nobody is shown it, texts it or rings it any more."""
        block(context(), path_id(conversation_id))


@conversations.route("/conversations/<conversation_id>/unblock")
class Unblocking(MethodView):
    """Taking a block back."""

    @allow(Permission.CONVERSATION_UNBLOCK)
    @conversations.arguments(UnblockSchema)
    @conversations.response(200, ConversationSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Take a block back. What came meanwhile waits for an answer."""
        return show_conversation(unblock(context(), path_id(conversation_id), given["reason"]))


@conversations.route("/conversations/<conversation_id>/notes")
class Notes(MethodView):
    """What helps whoever answers next."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.arguments(NewNoteSchema)
    @conversations.response(201, NoteSchema)
    def post(self, given: dict[str, Any], conversation_id: str) -> NoteView:
        """Write something down about a conversation, for ourselves."""
        return add_note(context(), path_id(conversation_id), given["body"])


@conversations.route("/conversations/<conversation_id>/tags")
class Tags(MethodView):
    """What a conversation is about."""

    @allow(Permission.CONVERSATION_ANSWER)
    @conversations.arguments(TagsSchema)
    @conversations.response(200, ConversationSchema)
    def put(self, given: dict[str, Any], conversation_id: str) -> dict[str, object]:
        """Say which tags it has; where it is known who writes, they are that person’s too."""
        return show_conversation(set_tags(context(), path_id(conversation_id), given["tags"]))
