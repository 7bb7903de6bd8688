"""What came while somebody had a conversation before them: it was on no page when they answered or decided.

Who acts names the latest text of theirs that they saw; without that nothing is held against them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import select

from dialer.domain.conversing import wants_answer
from dialer.domain.errors import Conflict
from dialer.domain.inbound_rules import REVIEW
from dialer.services.messaging.views import MessageView
from dialer.store.models.conversations import Conversation
from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork


def last_seen(texts: Sequence[MessageView]) -> uuid.UUID | None:
    """The latest of these texts that is theirs."""
    return max((one.id for one in texts if one.direction == "inbound"), default=None)


def unanswered_still(unit: UnitOfWork, row: Conversation, seen: uuid.UUID | None) -> dt.datetime | None:
    """Since when somebody waits in a (locked) conversation whose texts up to this one were answered."""
    if row.unanswered_since is None:
        return None
    later = (
        one
        for one in _after(unit, row, seen)
        if wants_answer(one.inbound_class or "", one.inbound_rule or "")
    )
    return min((one.created_at for one in later), default=None)


def check_none_waits(unit: UnitOfWork, row: Conversation, seen: uuid.UUID | None) -> None:
    """`Conflict` where they wrote again and wait for an answer to that."""
    if unanswered_still(unit, row, seen) is not None:
        raise _newer(row)


def check_none_doubted(unit: UnitOfWork, row: Conversation, seen: uuid.UUID | None) -> None:
    """`Conflict` where they wrote again, and that may be a no too."""
    if any(one.inbound_class == REVIEW for one in _after(unit, row, seen)):
        raise _newer(row)


def _newer(row: Conversation) -> Conflict:
    detail = "They have written again since. Read that first."
    return Conflict(detail, reason="newer_text", conversation_id=str(row.id))


def _after(unit: UnitOfWork, row: Conversation, seen: uuid.UUID | None) -> Sequence[Message]:
    """Their texts after this one. Ids grow with time, and only one text comes into a conversation at once."""
    if seen is None:
        return ()
    query = select(Message).where(
        Message.organisation_id == unit.organisation_id,
        Message.number == row.number,
        Message.direction == "inbound",
        Message.id > seen,
    )
    return unit.session.scalars(query).all()
