"""Talks that a coordinator took over from a volunteer: they are who can say what came of them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from dialer.domain.access import Permission
from dialer.domain.call import FINAL
from dialer.services.calling.reach import reach_campaign, volunteer_id
from dialer.services.context import Context
from dialer.store.models.calling import Assignment, Result
from dialer.store.models.calls import Call
from dialer.store.models.people import Contact

KEPT_FOR: Final = dt.timedelta(days=1)
"""Shown to whoever took it over for so long; a result can be put right later too, by its address."""
MOST: Final = 20


@dataclass(frozen=True, slots=True)
class TakenTalk:
    """A talk with somebody (`name`), the last one first; `disposition` is what was recorded of it."""

    assignment_id: uuid.UUID
    name: str
    since: dt.datetime
    is_over: bool
    disposition: str | None


def talks_taken_over(ctx: Context, campaign_id: uuid.UUID) -> list[TakenTalk]:
    """Those of a campaign that the actor took over within `KEPT_FOR`."""
    recorded = (
        select(Result.disposition)
        .where(
            Result.organisation_id == Assignment.organisation_id,
            Result.assignment_id == Assignment.id,
            Result.contact_id == Assignment.contact_id,
            Result.superseded_at.is_(None),
        )
        .order_by(Result.at.desc())
        .limit(1)
        .scalar_subquery()
    )
    of = Call.organisation_id == Assignment.organisation_id
    person = (Contact.organisation_id == Assignment.organisation_id) & (Contact.id == Assignment.contact_id)
    query = (
        select(Call.created_at, Call.state, Assignment.id, Contact.first_name, Contact.last_name, recorded)
        .join(Assignment, of & (Call.assignment_id == Assignment.id))
        .join(Contact, person)
        .where(
            Call.organisation_id == ctx.organisation_id,
            Call.taken_over_by == volunteer_id(ctx),
            Call.campaign_id == campaign_id,
            Call.created_at > ctx.now - KEPT_FOR,
        )
        .order_by(Call.id.desc())
        .limit(MOST)
    )
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.CALL_SUPERVISE)
        return [
            TakenTalk(assignment_id, " ".join(filter(None, (first, last))), at, state in FINAL, disposition)
            for at, state, assignment_id, first, last, disposition in unit.session.execute(query)
        ]


def took_over(ctx: Context, assignment_id: uuid.UUID) -> bool:
    """Whether the actor took over a talk with whom an assignment is about."""
    with ctx.unit() as unit:
        query = select(Call.id).where(
            Call.organisation_id == unit.organisation_id,
            Call.assignment_id == assignment_id,
            Call.taken_over_by == volunteer_id(ctx),
        )
        return unit.session.scalar(query.limit(1)) is not None
