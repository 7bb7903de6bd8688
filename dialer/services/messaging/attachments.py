"""What came with texts, as conversations show it: whoever may read a text may see what came with it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select, update

from dialer.domain.access import Permission, require
from dialer.domain.attachment import Fetched
from dialer.domain.errors import InvalidTransition, NotFound
from dialer.domain.retention import RETENTION, SAME_OPENING, kept_since
from dialer.services.calling.recording_seal import SealedReader, SealedWriter, SpoiltError, unwrap, wrap
from dialer.services.context import Context
from dialer.services.messaging.conversation_reach import reach_conversation, texts_within
from dialer.store.models import new_id
from dialer.store.models.attachments import Attachment
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

FETCHING = "workers.jobs.fetch_attachments"
CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One thing that came with a text: whether it is here (`state`), and if so what it is by its bytes."""

    id: uuid.UUID
    message_id: uuid.UUID
    state: str
    why: str | None
    content_type: str | None
    told_type: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something encrypted, and the sealed key to it."""

    wrapped_key: bytes = field(repr=False)
    data: bytes = field(repr=False)


class SpoiltAttachment(NotFound):
    """It, or the key to it, isn't as it was written."""

    default_detail = "It or its key isn’t what was written. Look whether a backup has it."


def note_attachments(ctx: Context, unit: UnitOfWork, message: Message) -> None:
    """Have what came with a text fetched."""
    found = message.attachments or []
    for nth, one in enumerate(found):
        unit.session.add(
            Attachment(
                organisation_id=unit.organisation_id,
                id=new_id(),
                message_id=message.id,
                nth=nth,
                sid=one["sid"],
                told_type=one["content_type"],
                state="waiting",
                due_at=ctx.now,
                created_at=ctx.now,
            )
        )
    if found:
        unit.after_commit(lambda: ask_to_fetch(ctx))


def ask_to_fetch(ctx: Context) -> None:
    """Have a worker fetch what is due; a tick makes up for what gets lost."""
    ctx.jobs.enqueue("default", FETCHING, str(ctx.organisation_id))


def attachments_of(
    ctx: Context, conversation_id: uuid.UUID, message_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[AttachmentView]]:
    """What came with these texts of a conversation, by text and in the order it came."""
    with ctx.unit() as unit:
        number = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ).number
        query = (
            select(Attachment)
            .join(Message, _of_its_text())
            .where(
                Attachment.organisation_id == unit.organisation_id,
                Attachment.message_id.in_(message_ids),
                Message.number == number,
                *texts_within(ctx.actor),
            )
        )
        found: dict[uuid.UUID, list[AttachmentView]] = defaultdict(list)
        for row in unit.session.scalars(query.order_by(Attachment.message_id, Attachment.nth)):
            found[row.message_id].append(_view(row))
        return found


def open_attachment(
    ctx: Context, secret_key: str, conversation_id: uuid.UUID, attachment_id: uuid.UUID
) -> Fetched:
    """One that is kept, for whoever may read its conversation; `NotFound` for anybody else. That somebody
    opens it is audited.
    """
    with ctx.unit() as unit:
        number = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ).number
        row = _one(ctx, unit, number, Attachment.id == attachment_id)
        if row is None or row.state != "kept":
            raise NotFound
        return _opened(ctx, unit, secret_key, row)


def open_nth(ctx: Context, secret_key: str, message_id: uuid.UUID, nth: int) -> Fetched:
    """The same of one by its text and its place in it, from 0. `InvalidTransition` where it isn't here (yet,
    or any more).
    """
    require(ctx.actor, Permission.CONVERSATION_READ)
    with ctx.unit() as unit:
        text = unit.session.get(Message, (unit.organisation_id, message_id))
        if text is None:
            raise NotFound
        talk = unit.session.scalar(
            select(Conversation.id).where(
                Conversation.organisation_id == unit.organisation_id, Conversation.number == text.number
            )
        )
        if talk is None:
            raise NotFound
        number = reach_conversation(ctx, unit, talk, Permission.CONVERSATION_READ).number
        row = _one(ctx, unit, number, Attachment.message_id == message_id, Attachment.nth == nth)
        if row is None:
            raise NotFound
        if row.state != "kept":
            raise InvalidTransition("It isn’t here.", state=row.state)
        return _opened(ctx, unit, secret_key, row)


def delete_old_attachments(ctx: Context) -> int:
    """Delete what came with texts longer ago than it is kept; how many. What it was stays in its row. What
    the carrier may still have waits for the carrier to forget it.
    """
    require(ctx.actor, Permission.SYSTEM_RUN)
    before = kept_since(ctx.now, ctx.messaging.attachment_days)
    if before is None:
        return 0
    with ctx.unit() as unit:
        old = (
            select(Attachment.id)
            .where(
                Attachment.organisation_id == unit.organisation_id,
                Attachment.state == "kept",
                Attachment.created_at < before,
                Attachment.settled_at.is_not(None),
            )
            .order_by(Attachment.created_at)
            .limit(CHUNK)
            .with_for_update(skip_locked=True)
        )
        gone = unit.session.scalars(
            update(Attachment)
            .where(Attachment.organisation_id == unit.organisation_id, Attachment.id.in_(old))
            .values(state="deleted", why=RETENTION, data=None, wrapped_key=None, deleted_at=ctx.now)
            .returning(Attachment.id)
            .execution_options(synchronize_session=False)
        ).all()
        for attachment_id in gone:
            ctx.audit(unit, "attachment.deleted", "attachment", attachment_id, {"why": RETENTION})
        return len(gone)


def _one(ctx: Context, unit: UnitOfWork, number: str, *which: ColumnElement[bool]) -> Attachment | None:
    query = select(Attachment).join(Message, _of_its_text())
    return unit.session.scalar(
        query.where(
            Attachment.organisation_id == unit.organisation_id,
            Message.number == number,
            *which,
            *texts_within(ctx.actor),
        )
    )


def _opened(ctx: Context, unit: UnitOfWork, secret_key: str, row: Attachment) -> Fetched:
    if row.data is None or row.wrapped_key is None or row.content_type is None:
        raise NotFound
    found = unsealed(secret_key, Sealed(row.wrapped_key, row.data), row.id, row.size or 0)
    if _is_another_opening(ctx, unit, row.id):
        ctx.audit(unit, "attachment.opened", "attachment", row.id, {"message_id": str(row.message_id)})
    return Fetched(row.content_type, found)


def _is_another_opening(ctx: Context, unit: UnitOfWork, attachment_id: uuid.UUID) -> bool:
    by = ctx.actor.token_id or ctx.actor.account_id
    noted = (
        update(Attachment)
        .where(
            Attachment.organisation_id == unit.organisation_id,
            Attachment.id == attachment_id,
            or_(
                Attachment.opened_by.is_distinct_from(by),
                Attachment.opened_at.is_(None),
                Attachment.opened_at <= ctx.now - SAME_OPENING,
            ),
        )
        .values(opened_by=by, opened_at=ctx.now)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    )
    return unit.session.scalar(noted) is not None


def count_lost(ctx: Context) -> int:
    """How many could not be had from the carrier."""
    require(ctx.actor, Permission.CONVERSATION_READ)
    with ctx.unit() as unit:
        query = (
            select(func.count())
            .select_from(Attachment)
            .join(Message, _of_its_text())
            .where(
                Attachment.organisation_id == unit.organisation_id,
                Attachment.state == "lost",
                *texts_within(ctx.actor),
            )
        )
        return unit.session.scalar(query) or 0


def sealed(secret_key: str, data: bytes, about: uuid.UUID) -> Sealed:
    """It encrypted, as recordings are: under a key of its own that the installation's secret key seals."""
    file = BytesIO()
    writer = SealedWriter(file, about)
    writer.write(data)
    writer.finish()
    return Sealed(wrap(secret_key, writer.key, about), file.getvalue())


def unsealed(secret_key: str, found: Sealed, about: uuid.UUID, size: int) -> bytes:
    """What was encrypted. Raises SpoiltAttachment where it isn't what was written."""
    try:
        key = unwrap(secret_key, found.wrapped_key, about)
        return b"".join(SealedReader(BytesIO(found.data), key, about, size).read(0, size))
    except SpoiltError:
        raise SpoiltAttachment from None


def _of_its_text() -> ColumnElement[bool]:
    return (Message.organisation_id == Attachment.organisation_id) & (Message.id == Attachment.message_id)


def _view(row: Attachment) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        message_id=row.message_id,
        state=row.state,
        why=row.why,
        content_type=row.content_type,
        told_type=row.told_type,
        size=row.size,
    )
