"""Walks of a knock-up: polling districts cut into what one crew does, on paper and live on a phone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from dialer.domain.access import Permission
from dialer.domain.election import Phase
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.knock_up import Channel, Order
from dialer.domain.walk import (
    LINES,
    Stretch,
    begins_of_walks,
    minutes_for,
    pages,
    place_stored,
    stored_place,
    stretches,
    walk_of,
)
from dialer.services.accounts.credentials import new_code
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.gotv.elections import election_of, polling_day
from dialer.services.gotv.knock_up import KnockUpPerson, KnockUpSearch, everybody
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.walks import KnockUpWalk
from dialer.store.queries import walks as shelf
from dialer.store.session import UnitOfWork

PEOPLE_MOST: Final = 5_000
"""As many are printed at once: some 150 sheets."""
_TOO_MANY: Final = "These are too many sheets. Print one polling district at a time."

Road = Stretch[KnockUpPerson]


@dataclass(frozen=True, slots=True)
class WalkView:
    """A walk as it is now: whom to knock up, road by road. `of` is how many walks its district has."""

    code: str
    url: str
    campaign_id: uuid.UUID
    campaign_name: str
    polling_district: str
    polling_station: str | None
    number: int
    of: int
    people: int
    doors: int
    minutes: int
    roads: Sequence[Road]
    closes_at: dt.time
    timezone: str
    phase: Phase


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of paper: a walk, or as much of it as fits."""

    walk: WalkView
    roads: Sequence[Road]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is printed for a campaign; `committee_room` is the number of its own that people may ring."""

    sheets: Sequence[Sheet]
    committee_room: str | None
    imprint: str | None
    timezone: str


def print_walks(ctx: Context, campaign_id: uuid.UUID, polling_district: str | None = None) -> Sheets:
    """The sheets of a campaign, or of one of its districts; audited. A district that isn't cut into walks yet
    is cut now, and stays so, that each sheet and each code go on meaning the same houses.

    Raises ValidationFailed where they would be too many at once.
    """
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        people = _due(unit, campaign, polling_district)
        if len(people) > PEOPLE_MOST:
            raise ValidationFailed.at("/polling_district", _TOO_MANY)
        shelf.hold_walks(unit, campaign_id)
        sheets = [
            sheet
            for district, some in groupby(people, key=lambda person: person.polling_district or "")
            for sheet in _sheets(_walks(ctx, unit, campaign, district, list(some)))
        ]
        told = {"polling_district": polling_district, "people": len(people), "sheets": len(sheets)}
        ctx.audit(unit, "knock_up.printed", "campaign", campaign_id, told)
        return Sheets(
            sheets=sheets,
            committee_room=next(iter(campaign.caller_ids), None),
            imprint=campaign.imprint,
            timezone=election_of(unit, campaign.election_id).timezone,
        )


def cut_anew(ctx: Context, campaign_id: uuid.UUID, polling_district: str) -> None:
    """Have a district cut into walks of who is left, when it is printed next. Sheets that are out stay good:
    their codes open the houses that they have.
    """
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.KNOCK_UP_READ)
        shelf.hold_walks(unit, campaign_id)
        shelf.retire_walks(unit, campaign_id, polling_district, ctx.now)
        ctx.audit(unit, "knock_up.cut", "campaign", campaign_id, {"polling_district": polling_district})


def open_walk(ctx: Context, code: str) -> WalkView:
    """A walk that somebody has the code of, as it is now; empty once the polls are closed.

    For volunteers of its campaign, whose sheet has the code; each look is audited, for it shows a list.
    """
    with ctx.unit() as unit:
        walk = shelf.walk_by_code(unit, code)
        if walk is None:
            raise NotFound
        campaign = reach_campaign(ctx, unit, walk.campaign_id, Permission.KNOCK_UP_WALK)
        beside = shelf.walks_beside(unit, walk)
        view = _view(ctx, unit, campaign, walk, of=len(beside))
        if view.phase is not Phase.CLOSED:
            begins = [place_stored(one.begins) for one in beside[1:]]
            people = _due(unit, campaign, walk.polling_district)
            mine = [one for one in people if walk_of(begins, one.place) == walk.number]
            view = _with(view, mine)
        ctx.audit(unit, "knock_up.opened", "campaign", campaign.id, {"walk": str(walk.id)})
        return view


def _due(unit: UnitOfWork, campaign: Campaign, polling_district: str | None) -> list[KnockUpPerson]:
    """Who is to be reminded in a district ('': without one), or in all of them (None)."""
    search = KnockUpSearch(Channel.DOORSTEP, polling_district, Order.WALK)
    return list(everybody(unit, campaign, search))


def _walks(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, district: str, people: Sequence[KnockUpPerson]
) -> Iterator[WalkView]:
    """The walks of a district in which somebody is left."""
    walks = shelf.walks_of(unit, campaign.id, district) or _cut(ctx, unit, campaign, district, people)
    begins = [place_stored(walk.begins) for walk in walks[1:]]
    for number, some in groupby(people, key=lambda person: walk_of(begins, person.place)):
        view = _view(ctx, unit, campaign, walks[number - 1], of=len(walks))
        yield _with(view, list(some))


def _cut(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, district: str, people: Sequence[KnockUpPerson]
) -> Sequence[KnockUpWalk]:
    begins, cut_id = begins_of_walks(person.place for person in people), new_id()
    walks = [
        KnockUpWalk(
            organisation_id=unit.organisation_id,
            id=new_id(),
            campaign_id=campaign.id,
            cut_id=cut_id,
            polling_district=district,
            number=number,
            begins=stored,
            code=new_code(),
            created_by=ctx.actor.account_id,
            created_at=ctx.now,
        )
        for number, stored in enumerate([[], *map(stored_place, begins)], start=1)
    ]
    unit.session.add_all(walks)
    unit.session.flush()
    return walks


def _view(ctx: Context, unit: UnitOfWork, campaign: Campaign, walk: KnockUpWalk, *, of: int) -> WalkView:
    election = election_of(unit, campaign.election_id)
    return WalkView(
        code=walk.code,
        url=f"{ctx.public_url.rstrip('/')}/knock-up/walks/{walk.code}",
        campaign_id=campaign.id,
        campaign_name=campaign.name,
        polling_district=walk.polling_district,
        polling_station=None,
        number=walk.number,
        of=of,
        people=0,
        doors=0,
        minutes=0,
        roads=(),
        closes_at=election.closes_at,
        timezone=election.timezone,
        phase=polling_day(election).phase(ctx.now),
    )


def _with(view: WalkView, people: Sequence[KnockUpPerson]) -> WalkView:
    doors = len({person.place for person in people})
    return replace(
        view,
        polling_station=next((one.polling_station for one in people if one.polling_station), None),
        people=len(people),
        doors=doors,
        minutes=minutes_for(doors),
        roads=stretches(people, lambda person: (person.place, person.door.road)),
    )


def _sheets(walks: Iterator[WalkView]) -> Iterator[Sheet]:
    for walk in walks:
        of_it = list(pages(walk.roads, LINES))
        for page, roads in enumerate(of_it, start=1):
            yield Sheet(walk, roads, page, len(of_it))
