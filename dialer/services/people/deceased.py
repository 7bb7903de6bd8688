"""The number of somebody who has died, when nobody else has it (contract §6)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.opt_out import BY_IMPORT, BY_US
from dialer.services.people.weighing import Origin
from dialer.store.models import new_id
from dialer.store.models.people import Contact, ContactPhone, Suppression
from dialer.store.session import UnitOfWork

REASON: Final = "deceased"


def number_is_shared(unit: UnitOfWork, number: str, contact_id: uuid.UUID) -> bool:
    """Whether anybody else who lives has this number."""
    others = (
        select(ContactPhone.contact_id)
        .join(
            Contact,
            (Contact.organisation_id == ContactPhone.organisation_id)
            & (Contact.id == ContactPhone.contact_id),
        )
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.number == number,
            ContactPhone.removed_at.is_(None),
            ContactPhone.contact_id != contact_id,
            Contact.status != "deceased",
        )
    )
    return bool(unit.session.scalar(select(exists(others))))


def suppress_number(unit: UnitOfWork, number: str, origin: Origin) -> None:
    """Neither ring nor text a number any more because its owner has died. Again: no change."""
    rows = [
        {
            "organisation_id": unit.organisation_id,
            "id": new_id(),
            "number": number,
            "channel": channel,
            "reason": REASON,
            "source": origin.source,
            "created_by": origin.account_id,
            "created_at": origin.at,
        }
        for channel in ("sms", "voice")
    ]
    unit.session.execute(insert(Suppression).values(rows).on_conflict_do_nothing())


def lift_suppression_of_deceased(
    unit: UnitOfWork, number: str, *, made_at: dt.datetime, now: dt.datetime
) -> None:
    """Take back what `suppress_number` did at that moment: it was somebody's mistake. What a list names by
    now stays, as that list's; what we typed in since is ours.
    """
    listed = func.cardinality(Suppression.named_by) > 0
    mistake = update(Suppression).where(
        Suppression.organisation_id == unit.organisation_id,
        Suppression.number == number,
        Suppression.reason == REASON,
        Suppression.created_at == made_at,
        Suppression.lifted_at.is_(None),
        Suppression.source.not_in(BY_US),
    )
    unit.session.execute(mistake.where(listed).values(source=BY_IMPORT, created_by=None))
    unit.session.execute(mistake.values(lifted_at=now, lifted_reason="corrected"))
