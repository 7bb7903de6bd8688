"""Words to one of our own people that wait to go, mostly for the morning, while they go home or move."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import update

from dialer.store.models.messaging import Message
from dialer.store.session import UnitOfWork


def call_off_words(unit: UnitOfWork, numbers: Collection[str]) -> None:
    """Stop what a coordinator wrote to a volunteer at these numbers and addresses and hasn't gone yet. They
    are of no campaign and no blast, so that no figure moves with them.
    """
    waiting = (
        Message.organisation_id == unit.organisation_id,
        Message.number.in_(numbers),
        Message.state == "queued",
        Message.purpose == "single",
        Message.campaign_id.is_(None),
        Message.contact_id.is_(None),
    )
    gone = update(Message).where(*waiting).values(state="cancelled", lease=None, leased_until=None)
    unit.session.execute(gone)
