"""A person's no, which wins over everything (contract §4)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.opt_out import SAID_BY_TEXT
from dialer.store.models import new_id
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from dialer.store.queries.opt_outs import cover_reach
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a no came from: `source` such as `call`, `import` or `coordinator`, by whom, when."""

    source: str
    at: dt.datetime
    account_id: uuid.UUID | None = None
    result_id: uuid.UUID | None = None
    note: str | None = None


def record_opt_out(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, origin: Origin) -> bool:
    """Keep a person's no on one channel; False when it was kept already.

    It covers every number or address they have on that channel, whoever else has it, and any they get
    later: the gate asks about the person as well. With none yet it is kept with the person alone.
    """
    opt_out_id = unit.session.scalar(
        insert(OptOut)
        .values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            contact_id=contact_id,
            channel=channel,
            source=origin.source,
            note=origin.note,
            result_id=origin.result_id,
            created_by=origin.account_id,
            created_at=origin.at,
        )
        .on_conflict_do_nothing()
        .returning(OptOut.id)
    )
    if opt_out_id is None:
        _outweigh_text(unit, contact_id, channel, origin)
        return False
    cover_reach(unit.session, unit.organisation_id, [contact_id])
    return True


def _outweigh_text(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, origin: Origin) -> None:
    """Let a no that was said by text, and so could be taken back by one, stand as the one said now."""
    if origin.source == SAID_BY_TEXT:
        return
    unit.session.execute(
        update(OptOut)
        .where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.contact_id == contact_id,
            OptOut.channel == channel,
            OptOut.source == SAID_BY_TEXT,
            OptOut.lifted_at.is_(None),
        )
        .values(source=origin.source, created_by=origin.account_id)
    )


def cover_number(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, number: str) -> None:
    """Let a person's no cover the number they said it on, whether they still have it or not."""
    opt_out = unit.session.scalars(
        select(OptOut).where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.contact_id == contact_id,
            OptOut.channel == channel,
            OptOut.lifted_at.is_(None),
        )
    ).one()
    unit.session.execute(
        insert(Suppression)
        .values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            number=number,
            channel=channel,
            reason="opt_out",
            source=opt_out.source,
            contact_id=contact_id,
            opt_out_id=opt_out.id,
            created_by=opt_out.created_by,
            created_at=opt_out.created_at,
        )
        .on_conflict_do_nothing()
    )


def lift_opt_outs_of_results(
    unit: UnitOfWork, result_ids: Collection[uuid.UUID], *, at: dt.datetime, reason: str
) -> frozenset[uuid.UUID]:
    """Take back what these results opted out, with the suppressions that followed; whose they were."""
    rows = unit.session.execute(
        update(OptOut)
        .where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.result_id.in_(result_ids),
            OptOut.lifted_at.is_(None),
        )
        .values(lifted_at=at, lifted_reason=reason)
        .returning(OptOut.id, OptOut.contact_id)
    ).all()
    release_reach(unit, [row.id for row in rows], at=at, reason=reason)
    return frozenset(row.contact_id for row in rows)


def release_reach(
    unit: UnitOfWork, opt_out_ids: Collection[uuid.UUID], *, at: dt.datetime, reason: str
) -> set[str]:
    """Lift what followed from noes that are lifted; where others there said no too, theirs takes its place.

    Returns the numbers it was about.
    """
    of_them = (Suppression.organisation_id == unit.organisation_id, Suppression.opt_out_id.in_(opt_out_ids))
    unit.session.execute(
        update(Suppression)
        .where(*of_them, Suppression.lifted_at.is_(None))
        .values(lifted_at=at, lifted_reason=reason)
    )
    rows = unit.session.execute(select(Suppression.number, Suppression.email).where(*of_them)).all()
    numbers = {row.number for row in rows if row.number}
    emails = {row.email for row in rows if row.email}
    cover_reach(
        unit.session, unit.organisation_id, {*holders(unit, numbers), *_holders_of_email(unit, emails)}
    )
    return numbers


def holders(unit: UnitOfWork, numbers: Collection[str]) -> Sequence[uuid.UUID]:
    """Whoever has any of these numbers."""
    return unit.session.scalars(
        select(ContactPhone.contact_id)
        .where(
            ContactPhone.organisation_id == unit.organisation_id,
            ContactPhone.number.in_(numbers),
            ContactPhone.removed_at.is_(None),
        )
        .distinct()
    ).all()


def _holders_of_email(unit: UnitOfWork, emails: Collection[str]) -> Sequence[uuid.UUID]:
    return unit.session.scalars(
        select(Contact.id).where(
            Contact.organisation_id == unit.organisation_id, Contact.email_key.in_(emails)
        )
    ).all()
