"""What letters to us say of themselves, beside the words that they became in the inbox."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from dialer.domain.letter_noes import shown
from dialer.domain.texting import EMAIL
from dialer.services.messaging.views import LetterSaid
from dialer.store.models.letters import IncomingLetter
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork


def letters_said(unit: UnitOfWork, rows: Sequence[Message]) -> Mapping[uuid.UUID, LetterSaid]:
    """Of those of these texts that came as letters, by their ids."""
    ids = [row.id for row in rows if row.channel == EMAIL and row.direction == "inbound"]
    if not ids:
        return {}
    own = {row.id: shown(row.body, row.inbound_class, row.inbound_rule).own for row in rows if row.id in ids}
    query = select(IncomingLetter).where(
        IncomingLetter.organisation_id == unit.organisation_id, IncomingLetter.message_id.in_(ids)
    )
    return {
        row.message_id: LetterSaid(
            row.sender or "", row.sender_name or "", row.reply_to or "", row.doubt, own[row.message_id]
        )
        for row in unit.session.scalars(query)
        if row.message_id is not None
    }
