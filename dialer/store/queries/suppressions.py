"""Suppressions by entry: a number or address and a reason, with a row for each channel."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from dialer.store.models.calling import Campaign, CampaignList
from dialer.store.models.people import SUPPRESSION_REASON, ContactPhone, ListMember, Suppression
from dialer.store.models.queue import QueueEntry
from dialer.store.session import UnitOfWork

_BY_REASON: ColumnElement[str] = literal_column(SUPPRESSION_REASON.replace("reason", "suppression.reason"))


def first_suppressions(
    unit: UnitOfWork, number: str | None, reason: str | None, after: uuid.UUID | None, limit: int
) -> Sequence[Suppression]:
    """The first row of each entry that stands, in the order of their ids."""
    earlier = aliased(Suppression)
    statement = select(Suppression).where(
        Suppression.organisation_id == unit.organisation_id,
        Suppression.lifted_at.is_(None),
        *(
            ~exists().where(
                earlier.organisation_id == Suppression.organisation_id,
                of_earlier == of_this,
                earlier.reason == Suppression.reason,
                earlier.lifted_at.is_(None),
                earlier.id < Suppression.id,
            )
            for of_earlier, of_this in (
                (earlier.number, Suppression.number),
                (earlier.email, Suppression.email),
            )
        ),
    )
    if number is not None:
        statement = statement.where(Suppression.number == number)
    if reason is not None:
        statement = statement.where(_BY_REASON.in_([reason]))
    if after is not None:
        statement = statement.where(Suppression.id > after)
    return unit.session.scalars(statement.order_by(Suppression.id).limit(limit)).all()


def unlisted_counts(unit: UnitOfWork) -> dict[str, dict[str, int]]:
    """How many are barred by reason and channel, those of registers left out: they may be millions."""
    rows = unit.session.execute(
        select(Suppression.reason, Suppression.channel, func.count())
        .where(
            Suppression.organisation_id == unit.organisation_id,
            Suppression.lifted_at.is_(None),
            Suppression.register.is_(None),
        )
        .group_by(Suppression.reason, Suppression.channel)
    )
    found: dict[str, dict[str, int]] = {}
    for reason, channel, count in rows:
        found.setdefault(reason, {})[channel] = count
    return found


def waits_for_british_calls(unit: UnitOfWork) -> bool:
    """Whether an active campaign has a British number still to call."""
    waiting = (
        select(QueueEntry.id)
        .join(
            Campaign,
            (Campaign.organisation_id == QueueEntry.organisation_id)
            & (Campaign.id == QueueEntry.campaign_id),
        )
        .where(
            QueueEntry.organisation_id == unit.organisation_id,
            QueueEntry.state == "waiting",
            QueueEntry.number.startswith("+44"),
            Campaign.state == "active",
        )
    )
    return unit.session.scalar(waiting.limit(1)) is not None


def has_british_numbers(unit: UnitOfWork, campaign_id: uuid.UUID) -> bool:
    """Whether anybody on a campaign's lists has a British number, begun or not."""
    listed = (
        select(ContactPhone.contact_id)
        .join(
            ListMember,
            (ListMember.organisation_id == ContactPhone.organisation_id)
            & (ListMember.contact_id == ContactPhone.contact_id),
        )
        .join(
            CampaignList,
            (CampaignList.organisation_id == ListMember.organisation_id)
            & (CampaignList.list_id == ListMember.list_id),
        )
        .where(
            CampaignList.organisation_id == unit.organisation_id,
            CampaignList.campaign_id == campaign_id,
            ContactPhone.number.startswith("+44"),
            ContactPhone.removed_at.is_(None),
        )
    )
    return unit.session.scalar(listed.limit(1)) is not None
