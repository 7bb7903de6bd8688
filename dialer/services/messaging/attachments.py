"""What came with texts, as conversations show it: whoever may read a text may see what came with it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from sqlalchemy import ColumnElement, func, select

from dialer.domain.access import Permission, require
from dialer.domain.attachment import Fetched
from dialer.domain.errors import NotFound
from dialer.services.calling.recording_seal import SealedReader, SealedWriter, SpoiltError, unwrap, wrap
from dialer.services.context import Context
from dialer.services.messaging.conversation_reach import reach_conversation, texts_within
from dialer.store.models import new_id
from dialer.store.models.attachments import Attachment
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork

FETCHING = "workers.jobs.fetch_attachments"


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
    """One that is kept, for whoever may read its conversation; `NotFound` for anybody else."""
    with ctx.unit() as unit:
        number = reach_conversation(ctx, unit, conversation_id, Permission.CONVERSATION_READ).number
        row = unit.session.scalar(
            select(Attachment)
            .join(Message, _of_its_text())
            .where(
                Attachment.organisation_id == unit.organisation_id,
                Attachment.id == attachment_id,
                Attachment.state == "kept",
                Message.number == number,
                *texts_within(ctx.actor),
            )
        )
        if row is None or row.data is None or row.wrapped_key is None or row.content_type is None:
            raise NotFound
        sealed = Sealed(row.wrapped_key, row.data)
        return Fetched(row.content_type, unsealed(secret_key, sealed, row.id, row.size or 0))


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
