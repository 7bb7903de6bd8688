"""What came of the calls to one person, for those who look after the list and for whoever answers them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select

from dialer.domain.access import Permission, require
from dialer.services.calling.views import PastAttempt
from dialer.services.context import Context
from dialer.store.models.accounts import Account
from dialer.store.models.calling import Campaign, Result
from dialer.store.queries.callees import HISTORY_MAX
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class PastCall:
    """One result that stands: what came of it, who made the call, and for which campaign."""

    at: dt.datetime
    disposition: str
    support: int | None
    notes: str | None
    by: str | None
    """None where it was the dialler that rang."""
    campaign: str


def contact_history(ctx: Context, contact_id: uuid.UUID, limit: int = 50) -> list[PastCall]:
    """The latest results of one person, newest first; what was corrected or taken back is left out."""
    require(ctx.actor, Permission.CONTACT_READ)
    query = (
        select(Result, Account.name, Campaign.name)
        .outerjoin(
            Account,
            and_(Account.organisation_id == Result.organisation_id, Account.id == Result.account_id),
        )
        .join(
            Campaign,
            and_(Campaign.organisation_id == Result.organisation_id, Campaign.id == Result.campaign_id),
        )
        .where(*_standing(ctx.organisation_id, contact_id))
        .order_by(Result.at.desc(), Result.id.desc())
        .limit(limit)
    )
    with ctx.unit() as unit:
        return [
            PastCall(result.at, result.disposition, result.support, result.notes, by, campaign)
            for result, by, campaign in unit.session.execute(query)
        ]


def last_calls(unit: UnitOfWork, contact_id: uuid.UUID, *only: ColumnElement[bool]) -> list[PastAttempt]:
    """The last results of one person that stand, newest first, of those for which `only` holds: as many as
    the call screen shows.
    """
    query = (
        select(Result.at, Result.disposition, Result.notes)
        .where(*_standing(unit.organisation_id, contact_id), *only)
        .order_by(Result.at.desc(), Result.id.desc())
        .limit(HISTORY_MAX)
    )
    return [PastAttempt(at, disposition, notes) for at, disposition, notes in unit.session.execute(query)]


def _standing(organisation_id: uuid.UUID, contact_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        Result.organisation_id == organisation_id,
        Result.contact_id == contact_id,
        Result.superseded_at.is_(None),
        Result.voided_at.is_(None),
    )
