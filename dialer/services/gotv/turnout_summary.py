"""Turnout in figures: for the organisation's people, or those of a campaign's lists."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from dialer.domain.access import Permission, require
from dialer.domain.election import Phase
from dialer.domain.errors import NotFound
from dialer.domain.turnout_bounds import (
    NO_POST,
    POST_BEGINS,
    SLOT,
    Post,
    Span,
    at_most,
    missed_at_most,
    telling,
)
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election, election_of, polling_day
from dialer.store.models.calling import Campaign
from dialer.store.models.gotv import Election
from dialer.store.queries import turnout_figures
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class DistrictTurnout:
    """Figures of one polling district; None for people without one. `voted` and `pledged_voted` are those we
    have seen, `…_at_most` as many as can be true beside that (`domain.turnout_bounds`), None while polling
    day isn't known. `pledged_missed_at_most` of them can have voted at the station without being noted, those
    by post aside. `last_mark_at` is a teller's last mark of the day, `silent_for_s` how long ago that was
    while the polls are open.
    """

    polling_district: str | None
    polling_station: str | None
    electors: int
    voted: int
    voted_at_most: int | None
    pledged: int
    pledged_voted: int
    pledged_voted_at_most: int | None
    pledged_missed_at_most: int | None
    watched_s: int | None
    last_mark_at: dt.datetime | None
    silent_for_s: int | None


@dataclass(frozen=True, slots=True)
class HourTurnout:
    """How many voted in the hour that begins at `hour`."""

    hour: dt.datetime
    voted: int


@dataclass(frozen=True, slots=True)
class TurnoutSummary:
    """Turnout; `pledged` is support 1 and 2, whichever campaign it was learned in. Bounds are the sums of
    those of the districts.
    """

    electors: int
    voted: int
    voted_at_most: int | None
    pledged: int
    pledged_voted: int
    pledged_voted_at_most: int | None
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
        boxes = _watched(ctx, unit, election)
        districts = [_district(row, boxes, ctx.now) for row in turnout_figures.by_polling_district(*where)]
        hours = [
            HourTurnout(row.hour, row.voted) for row in turnout_figures.by_hour(*where, election.timezone)
        ]
        return TurnoutSummary(
            electors=sum(district.electors for district in districts),
            voted=sum(district.voted for district in districts),
            voted_at_most=_sum(district.voted_at_most for district in districts),
            pledged=sum(district.pledged for district in districts),
            pledged_voted=sum(district.pledged_voted for district in districts),
            pledged_voted_at_most=_sum(district.pledged_voted_at_most for district in districts),
            by_polling_district=districts,
            by_hour=[HourTurnout(row.hour, row.voted) for row in hours],
        )


@dataclass(frozen=True, slots=True)
class _Boxes:
    """When the polls opened, until when people could vote so far, and how each box was watched meanwhile."""

    opens: dt.datetime
    until: dt.datetime
    is_open: bool
    watched: Mapping[str, Row[Any]]
    sheets: Mapping[str, Sequence[Span]]


def _watched(ctx: Context, unit: UnitOfWork, election: Election) -> _Boxes | None:
    day = polling_day(election)
    opens, closes = day.at(day.opens_at), day.at(day.closes_at)
    if opens is None or closes is None:
        return None
    where = (unit.session, unit.organisation_id, election.id)
    watched = turnout_figures.watched(*where, opens, SLOT)
    sheets = defaultdict(list)
    for row in turnout_figures.sheet_spans(*where):
        sheets[row.box].append((row.from_at, row.to_at))
    is_open = day.phase(ctx.now) is Phase.OPEN
    return _Boxes(opens, min(ctx.now, closes), is_open, {row.box: row for row in watched}, sheets)


def _district(row: Row[Any], boxes: _Boxes | None, now: dt.datetime) -> DistrictTurnout:
    box = last_mark_at = silent_for_s = None
    post = pledged_post = NO_POST
    if boxes is not None:
        if boxes.until >= boxes.opens - POST_BEGINS:
            post, pledged_post = _post(row, "post"), _post(row, "pledged_post")
        name = (row.polling_district or "").casefold()
        watched = boxes.watched.get(name)
        slots = watched.slots if watched else ()
        box = telling(slots, boxes.sheets.get(name, ()), boxes.opens, boxes.until)
        last_mark_at = watched.last_at if watched else None
        if last_mark_at is not None and boxes.is_open:
            silent_for_s = int((now - last_mark_at).total_seconds())
    pledged = (row.pledged, row.pledged_voted)
    return DistrictTurnout(
        polling_district=row.polling_district,
        polling_station=row.one_station if row.one_station == row.other_station else None,
        electors=row.electors,
        voted=row.voted,
        voted_at_most=at_most(row.electors, row.voted, box, post) if box else None,
        pledged=row.pledged,
        pledged_voted=row.pledged_voted,
        pledged_voted_at_most=at_most(*pledged, box, pledged_post) if box else None,
        pledged_missed_at_most=missed_at_most(*pledged, box, pledged_post) if box else None,
        watched_s=int(box.watched_s) if box else None,
        last_mark_at=last_mark_at,
        silent_for_s=silent_for_s,
    )


def _post(row: Row[Any], of: str) -> Post:
    return Post(
        unseen=getattr(row, f"{of}_unseen"),
        unknown=getattr(row, f"{of}_unknown"),
        unknown_unseen=getattr(row, f"{of}_unknown_unseen"),
        unknown_listed=getattr(row, f"{of}_unknown_listed"),
        listed=getattr(row, f"{of}_listed"),
    )


def _sum(bounds: Iterable[int | None]) -> int | None:
    """The bounds of all districts together: an upper bound of the whole, though not its narrowest."""
    known = list(bounds)
    return None if None in known else sum(one for one in known if one is not None)


def _election(unit: UnitOfWork, campaign_id: uuid.UUID | None) -> Election:
    if campaign_id is None:
        return current_election(unit)
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    if campaign is None:
        raise NotFound
    return election_of(unit, campaign.election_id)
