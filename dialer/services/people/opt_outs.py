"""A person's no, which wins over everything (contract §4)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.email_address import channel_of
from dialer.domain.texting import EMAIL
from dialer.services.people.weighing import Origin, carry_on, step_back, weigh
from dialer.store.models import new_id
from dialer.store.models.people import Contact, ContactPhone, OptOut, Suppression
from dialer.store.queries.opt_outs import cover_reach
from dialer.store.session import UnitOfWork


def record_opt_out(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, origin: Origin) -> bool:
    """Keep a person's no on one channel; False when it was kept already.

    It covers every number or address they have on that channel, whoever else has it, and any they get
    later: the gate asks about the person as well. With none yet it is kept with the person alone. Kept
    already, the heavier of both counts from now on, such as what they say themselves after a list did.
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
        _say_again(unit, contact_id, channel, origin)
    cover_reach(unit.session, unit.organisation_id, [contact_id])
    return opt_out_id is not None


def _say_again(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, origin: Origin) -> None:
    opt_out = _standing(unit, contact_id, channel)
    weigh(opt_out, origin)
    unit.session.flush()
    carry_on(unit, opt_out)


def _standing(unit: UnitOfWork, contact_id: uuid.UUID, channel: str) -> OptOut:
    return unit.session.scalars(
        select(OptOut)
        .where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.contact_id == contact_id,
            OptOut.channel == channel,
            OptOut.lifted_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def cover_number(unit: UnitOfWork, contact_id: uuid.UUID, channel: str, number: str) -> None:
    """Let a person's no cover the number or address they said it on, whether they still have it or not."""
    opt_out = _standing(unit, contact_id, channel)
    origin = Origin(opt_out.source, opt_out.created_at, account_id=opt_out.created_by)
    bar_number(unit, number, channel, origin, contact_id=contact_id, opt_out_id=opt_out.id)


def bar_number(
    unit: UnitOfWork,
    number: str,
    channel: str,
    origin: Origin,
    *,
    reason: str = "opt_out",
    contact_id: uuid.UUID | None = None,
    opt_out_id: uuid.UUID | None = None,
) -> uuid.UUID | None:
    """Keep a number's or an address's no on a channel; its id, or None when one stood: then the heavier of
    both counts.
    """
    is_address = channel_of(number) == EMAIL
    place = {"email": number} if is_address else {"number": number}
    added = unit.session.scalar(
        insert(Suppression)
        .values(
            organisation_id=unit.organisation_id,
            id=new_id(),
            **place,
            channel=channel,
            reason=reason,
            source=origin.source,
            note=origin.note,
            contact_id=contact_id,
            opt_out_id=opt_out_id,
            created_by=origin.account_id,
            created_at=origin.at,
        )
        .on_conflict_do_nothing()
        .returning(Suppression.id)
    )
    if added is None:
        standing = unit.session.scalars(
            select(Suppression)
            .where(
                Suppression.organisation_id == unit.organisation_id,
                (Suppression.email if is_address else Suppression.number) == number,
                Suppression.channel == channel,
                Suppression.reason == reason,
                Suppression.lifted_at.is_(None),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        weigh(standing, origin, contact_id=contact_id, opt_out_id=opt_out_id)
        unit.session.flush()
    return added


def lift_opt_outs_of_results(
    unit: UnitOfWork, result_ids: Collection[uuid.UUID], *, at: dt.datetime, reason: str
) -> frozenset[uuid.UUID]:
    """Take back what these results opted out, with the suppressions that followed; whose they were.

    What was said besides, by a text or a list, stays.
    """
    rows = unit.session.scalars(
        select(OptOut)
        .where(
            OptOut.organisation_id == unit.organisation_id,
            OptOut.result_id.in_(result_ids),
            OptOut.lifted_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        step_back(unit, row, at=at, reason=reason)
    unit.session.flush()
    release_reach(unit, [row.id for row in rows], at=at, reason=reason)
    return frozenset(row.contact_id for row in rows)


def release_reach(
    unit: UnitOfWork, opt_out_ids: Collection[uuid.UUID], *, at: dt.datetime, reason: str
) -> set[str]:
    """Lift what followed from noes that are lifted; where others there said no too, theirs takes its place.

    Returns the numbers it was about.
    """
    of_them = (Suppression.organisation_id == unit.organisation_id, Suppression.opt_out_id.in_(opt_out_ids))
    rows = unit.session.scalars(
        select(Suppression).where(*of_them).with_for_update().execution_options(populate_existing=True)
    ).all()
    numbers = {row.number for row in rows if row.number}
    emails = {row.email for row in rows if row.email}
    for row in rows:
        if row.lifted_at is None:
            step_back(unit, row, at=at, reason=reason)
    unit.session.flush()
    cover_reach(unit.session, unit.organisation_id, set(holders(unit, numbers | emails)))
    return numbers


def holders(unit: UnitOfWork, places: Collection[str]) -> Sequence[uuid.UUID]:
    """Whoever has any of these numbers or addresses."""
    emails = [place for place in places if channel_of(place) == EMAIL]
    numbers = [place for place in places if channel_of(place) != EMAIL]
    having = _holders_of_number(unit, numbers) if numbers else ()
    return [*having, *_holders_of_email(unit, emails)] if emails else having


def _holders_of_number(unit: UnitOfWork, numbers: Collection[str]) -> Sequence[uuid.UUID]:
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
