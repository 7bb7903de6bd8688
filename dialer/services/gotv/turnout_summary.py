"""Turnout in figures: for the organisation's people, or those of a campaign's lists."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from dialer.domain.access import Permission, require
from dialer.domain.errors import NotFound
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of
from dialer.store.models.calling import Campaign
from dialer.store.models.gotv import Election
from dialer.store.queries import turnout_figures
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class DistrictTurnout:
    """Figures of one polling district; None for people without one."""

    polling_district: str | None
    electors: int
    voted: int
    pledged: int
    pledged_voted: int


@dataclass(frozen=True, slots=True)
class HourTurnout:
    """How many voted in the hour that begins at `hour`."""

    hour: dt.datetime
    voted: int


@dataclass(frozen=True, slots=True)
class TurnoutSummary:
    """Turnout; `pledged` is support 1 and 2, whichever campaign it was learned in."""

    electors: int
    voted: int
    pledged: int
    pledged_voted: int
    by_polling_district: Sequence[DistrictTurnout]
    by_hour: Sequence[HourTurnout]


def turnout_summary(ctx: Context, campaign_id: uuid.UUID | None = None) -> TurnoutSummary:
    """Who has voted, in figures: of a campaign's lists in its election, or else of everybody in the current
    one. Who may see only some campaigns sees their people.
    """
    require(ctx.actor, Permission.TURNOUT_READ, campaign_id=campaign_id)
    with ctx.unit() as unit:
        election = _election(unit, campaign_id)
        own = ctx.actor.campaign_ids
        campaigns = [campaign_id] if campaign_id else None if own is None else sorted(own)
        where = (unit.session, unit.organisation_id, election.id, campaigns)
        districts = [
            DistrictTurnout(row.polling_district, row.electors, row.voted, row.pledged, row.pledged_voted)
            for row in turnout_figures.by_polling_district(*where)
        ]
        hours = [
            HourTurnout(row.hour, row.voted) for row in turnout_figures.by_hour(*where, election.timezone)
        ]
        return TurnoutSummary(
            electors=sum(district.electors for district in districts),
            voted=sum(district.voted for district in districts),
            pledged=sum(district.pledged for district in districts),
            pledged_voted=sum(district.pledged_voted for district in districts),
            by_polling_district=districts,
            by_hour=[HourTurnout(row.hour, row.voted) for row in hours],
        )


def _election(unit: UnitOfWork, campaign_id: uuid.UUID | None) -> Election:
    if campaign_id is None:
        return current_election(unit)
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    if campaign is None:
        raise NotFound
    return election_of(unit, campaign.election_id)
