"""How a campaign's own numbers are used and answered, and which of them rest."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from dialer.domain.call import OF_A_ROOM
from dialer.domain.caller_id import RESTS_FOR, Answers
from dialer.store.models.calling import Campaign
from dialer.store.models.calls import Call, CallerIdRest
from dialer.store.session import UnitOfWork


def answers_since(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> Mapping[str, Answers]:
    """The calls of a campaign to people since then, by the number they saw, and how many were answered.

    The ids of calls grow with time, so the index of a campaign's calls leads straight to them.
    """
    first = uuid.UUID(int=(int(since.timestamp() * 1000) - 60_000) << 80)
    query = (
        select(Call.caller_id, func.count(), func.count(Call.answered_at))
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.campaign_id == campaign_id,
            Call.id > first,
            Call.created_at > since,
            Call.direction == "outbound",
            Call.mode.not_in(OF_A_ROOM),
            Call.contact_rung_at.is_not(None),
        )
        .group_by(Call.caller_id)
    )
    return {number: Answers(calls, answered) for number, calls, answered in unit.session.execute(query)}


def placed_since(unit: UnitOfWork, campaign_id: uuid.UUID, since: dt.datetime) -> Mapping[str, int]:
    """How many calls of a campaign were begun since then, by the number they show."""
    first = uuid.UUID(int=(int(since.timestamp() * 1000) - 60_000) << 80)
    query = (
        select(Call.caller_id, func.count())
        .where(
            Call.organisation_id == unit.organisation_id,
            Call.campaign_id == campaign_id,
            Call.id > first,
            Call.created_at > since,
            Call.direction == "outbound",
            Call.mode.not_in(OF_A_ROOM),
            Call.state != "canceled",
        )
        .group_by(Call.caller_id)
    )
    return dict(unit.session.execute(query).all())


def rests(unit: UnitOfWork, numbers: Sequence[str]) -> Mapping[str, CallerIdRest]:
    """What is kept of these numbers' rests, over or not."""
    query = select(CallerIdRest).where(
        CallerIdRest.organisation_id == unit.organisation_id, CallerIdRest.number.in_(numbers)
    )
    return {one.number: one for one in unit.session.scalars(query)}


def begin_rest(unit: UnitOfWork, number: str, now: dt.datetime, own: Answers, others: Answers) -> None:
    """Let a number rest from now on, with what showed that it fell behind."""
    values = {
        "since": now,
        "until": now + RESTS_FOR,
        "lifted_at": None,
        "calls": own.calls,
        "answered": own.answered,
        "others_calls": others.calls,
        "others_answered": others.answered,
    }
    statement = insert(CallerIdRest).values(organisation_id=unit.organisation_id, number=number, **values)
    unit.session.execute(
        statement.on_conflict_do_update(index_elements=["organisation_id", "number"], set_=values)
    )


def with_several_numbers(unit: UnitOfWork) -> Sequence[Campaign]:
    """The running campaigns that have numbers to compare."""
    query = select(Campaign).where(
        Campaign.organisation_id == unit.organisation_id,
        Campaign.state == "active",
        func.cardinality(Campaign.caller_ids) > 1,
    )
    return unit.session.scalars(query.order_by(Campaign.id)).all()
