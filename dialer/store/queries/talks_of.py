"""Who talked with how many for a campaign: what a leaderboard is made of."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import and_, func, select

from dialer.store.models.accounts import Account, AccountCampaign
from dialer.store.models.calling import Result
from dialer.store.session import UnitOfWork


def talks_by_volunteer(
    unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime
) -> Sequence[tuple[uuid.UUID, str, int]]:
    """A campaign's volunteers with the talks that they had for it since a moment, but for those who keep out
    of leaderboards: id, whole name, calls on which somebody was spoken to. Reads the results of that time, by
    `ix_result_campaign`.
    """
    counted = (
        select(Result.account_id, func.count(Result.assignment_id.distinct()).label("talks"))
        .where(
            Result.organisation_id == unit.organisation_id,
            Result.campaign_id == campaign_id,
            Result.at >= since,
            Result.disposition == "contacted",
            Result.superseded_at.is_(None),
            Result.voided_at.is_(None),
        )
        .group_by(Result.account_id)
        .subquery()
    )
    query = (
        select(Account.id, Account.name, counted.c.talks)
        .join(counted, counted.c.account_id == Account.id)
        .join(
            AccountCampaign,
            and_(
                AccountCampaign.organisation_id == Account.organisation_id,
                AccountCampaign.account_id == Account.id,
            ),
        )
        .where(
            Account.organisation_id == unit.organisation_id,
            Account.active,
            Account.on_leaderboards,
            AccountCampaign.campaign_id == campaign_id,
            AccountCampaign.approved,
        )
    )
    return [(row.id, row.name, row.talks) for row in unit.session.execute(query)]
