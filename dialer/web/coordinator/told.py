"""What people's texts told, on the page of a conversation: answers taken, dropped, recorded; who wrote."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Final

from flask_babel import gettext
from werkzeug.wrappers import Response

from dialer.domain.access import Permission
from dialer.domain.errors import Conflict, InvalidTransition, ValidationFailed
from dialer.services.messaging.answer_recording import (
    NewAnswer,
    drop_answer,
    record_answer,
    take_answer,
)
from dialer.services.messaging.conversation_people import make_contact, say_who
from dialer.services.people.contact_fields import ContactFields
from dialer.web.coordinator.blueprint import coordinator
from dialer.web.coordinator.forms import chosen_id, go, said, said_or_none
from dialer.web.desk import context
from dialer.web.guard import allow

_PAGES: Final = {"inbox": "coordinator.conversation", "texts": "texts.person"}


@coordinator.post("/inbox/<uuid:conversation_id>/answers")
@allow(Permission.CONVERSATION_ANSWER)
def record_told(conversation_id: uuid.UUID) -> Response:
    """Write down what somebody reads out of a text."""
    wanted = NewAnswer(said("label"))
    return _done(
        conversation_id, lambda: record_answer(context(), conversation_id, wanted), gettext("Written down.")
    )


@coordinator.post("/inbox/<uuid:conversation_id>/answers/<uuid:answer_id>/take")
@allow(Permission.CONVERSATION_ANSWER)
def take_told(conversation_id: uuid.UUID, answer_id: uuid.UUID) -> Response:
    """Say that an answer in doubt is one."""
    return _done(
        conversation_id,
        lambda: take_answer(context(), conversation_id, answer_id),
        gettext("Written down."),
    )


@coordinator.post("/inbox/<uuid:conversation_id>/answers/<uuid:answer_id>/drop")
@allow(Permission.CONVERSATION_ANSWER)
def drop_told(conversation_id: uuid.UUID, answer_id: uuid.UUID) -> Response:
    """Take an answer back, or pass it over."""
    return _done(
        conversation_id,
        lambda: drop_answer(context(), conversation_id, answer_id),
        gettext("Taken back, as if it had never been."),
    )


@coordinator.post("/inbox/<uuid:conversation_id>/person")
@allow(Permission.CONVERSATION_ANSWER)
def say_who_wrote(conversation_id: uuid.UUID) -> Response:
    """Say which of those who have the number writes."""
    contact_id = chosen_id("contact_id")
    if contact_id is None:
        return _back(conversation_id, gettext("Choose one of them."), good=False)
    return _done(
        conversation_id, lambda: say_who(context(), conversation_id, contact_id), gettext("Written down.")
    )


@coordinator.post("/inbox/<uuid:conversation_id>/contact")
@allow(Permission.CONTACT_MANAGE)
def keep_writer(conversation_id: uuid.UUID) -> Response:
    """Make a person of a number that nobody has."""
    names = {name: value for name in ("first_name", "last_name") if (value := said_or_none(name))}
    if not names:
        return _back(conversation_id, gettext("Write their name."), good=False)
    fields: ContactFields = {"first_name": names.get("first_name"), "last_name": names.get("last_name")}
    return _done(
        conversation_id,
        lambda: make_contact(context(), conversation_id, fields),
        gettext("They are among your people now."),
    )


def _done(conversation_id: uuid.UUID, deed: Callable[[], object], words: str) -> Response:
    """Do it, and see the conversation; where it is refused, with the reason."""
    try:
        deed()
    except (Conflict, ValidationFailed) as refused:
        return _back(conversation_id, refused.detail, good=False)
    except InvalidTransition:
        return _back(conversation_id, gettext("Somebody took this back already."), good=False)
    return _back(conversation_id, words)


def _back(conversation_id: uuid.UUID, words: str, *, good: bool = True) -> Response:
    page = _PAGES.get(said("from"), _PAGES["inbox"])
    return go(page, words, "good" if good else "warn", conversation_id=conversation_id)
