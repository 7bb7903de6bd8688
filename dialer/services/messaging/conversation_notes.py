"""What helps whoever answers next: notes and tags. Neither is ever sent to anybody."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.conversing import NOTE_LONGEST, read_tags
from dialer.domain.errors import ValidationFailed
from dialer.services.context import Context
from dialer.services.messaging.conversation_reach import reach_conversation
from dialer.services.messaging.conversation_views import (
    Assignee,
    ConversationView,
    conversation_views,
    names_of,
)
from dialer.store.models import new_id
from dialer.store.models.conversations import Conversation, ConversationNote
from dialer.store.models.people import Contact
from dialer.store.session import UnitOfWork

SHOWN: Final = 50
"""How many notes are shown, the latest ones."""


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note, and who wrote it."""

    id: uuid.UUID
    body: str = field(repr=False)
    by: Assignee | None
    created_at: dt.datetime


def notes_of(ctx: Context, conversation_id: uuid.UUID) -> list[NoteView]:
    """The latest notes about a conversation, the oldest of them first."""
    with ctx.unit(by_keys=True) as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ)
        query = select(ConversationNote).where(
            ConversationNote.organisation_id == unit.organisation_id,
            ConversationNote.conversation_id == row.id,
        )
        latest = unit.session.scalars(query.order_by(ConversationNote.id.desc()).limit(SHOWN)).all()
        return _views(unit, latest[::-1])


def add_note(ctx: Context, conversation_id: uuid.UUID, body: str) -> NoteView:
    """Write something down about a conversation."""
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        return _views(unit, [keep_note(ctx, unit, row, body)])[0]


def keep_note(ctx: Context, unit: UnitOfWork, row: Conversation, body: str) -> ConversationNote:
    """Keep a note; `ValidationFailed` where it is empty or too long."""
    if not body.strip():
        raise ValidationFailed.at("/body", "Write what the others should know.")
    if len(body) > NOTE_LONGEST:
        raise ValidationFailed.at("/body", f"A note has at most {NOTE_LONGEST:,} characters.")
    note = ConversationNote(
        organisation_id=unit.organisation_id,
        id=new_id(),
        conversation_id=row.id,
        body=body.strip(),
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )
    unit.session.add(note)
    unit.session.flush()
    return note


def set_tags(ctx: Context, conversation_id: uuid.UUID, tags: Sequence[str]) -> ConversationView:
    """Say which tags a conversation has. Where it is known who writes, they are that person’s too, so that
    audiences find them: a tag that is new here is put on them, one that is taken away here is taken off.
    """
    wanted = read_tags(tags)
    with ctx.unit() as unit:
        row = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_ANSWER, lock=True)
        if row.tags != wanted:
            new = [tag for tag in wanted if tag not in row.tags]
            _tag_person(unit, row, new=new, gone={*row.tags} - {*wanted})
            row.tags = wanted
            ctx.audit(unit, "conversation.tagged", "conversation", row.id, {"tags": len(wanted)})
        unit.session.flush()
        return conversation_views(unit, [row])[0]


def now_about(row: Conversation, contact_id: uuid.UUID | None) -> None:
    """Have a conversation be with this person. What it was tagged with while it was with somebody else says
    nothing of them, so it goes; whom the tags were put on keeps them.
    """
    if row.contact_id not in {None, contact_id}:
        row.tags = []
    row.contact_id = contact_id


def said_to_be(unit: UnitOfWork, row: Conversation, contact_id: uuid.UUID) -> None:
    """Have a conversation be with the person whom one of us says it is. What it was tagged with while it was
    nobody's is put on them.
    """
    nobodys = row.tags if row.contact_id is None else []
    now_about(row, contact_id)
    _tag_person(unit, row, new=nobodys)


def _tag_person(
    unit: UnitOfWork, row: Conversation, *, new: Sequence[str], gone: Collection[str] = ()
) -> None:
    if row.contact_id is None or not (new or gone):
        return
    query = select(Contact).where(
        Contact.organisation_id == unit.organisation_id, Contact.id == row.contact_id
    )
    contact = unit.session.scalars(query.with_for_update()).one()
    kept = [tag for tag in contact.tags if tag not in gone]
    contact.tags = [*kept, *(tag for tag in new if tag not in kept)]


def _views(unit: UnitOfWork, notes: Sequence[ConversationNote]) -> list[NoteView]:
    ours = names_of(unit, (note.created_by for note in notes))
    return [
        NoteView(
            note.id,
            note.body,
            ours.get(note.created_by) if note.created_by is not None else None,
            note.created_at,
        )
        for note in notes
    ]
