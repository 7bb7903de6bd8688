"""Walks of a canvass: cut from a campaign's lists, read line by line, closed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, select

from dialer.domain.access import Permission
from dialer.domain.canvass import DOORS_LEAST, DOORS_MOST, DOORS_USUAL, cut
from dialer.domain.door import Door, read_door
from dialer.domain.doorstep import code_of
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.walk import Place, place_of
from dialer.services.calling.reach import reach_campaign
from dialer.services.context import Context
from dialer.services.paging import Page, Slice, after_number
from dialer.services.paging import cut as cut_page
from dialer.store.models import new_id
from dialer.store.models.calling import Campaign
from dialer.store.models.doorstep import CanvassWalk
from dialer.store.queries import canvass as shelf
from dialer.store.session import UnitOfWork

PEOPLE_MOST: Final = 20_000
"""As many are cut into walks at once."""


@dataclass(frozen=True, slots=True)
class NewCanvass:
    """Whom to canvass, and how many doors a walk has at most."""

    polling_district: str | None = None
    support_unknown: bool = True
    not_canvassed: bool = True
    doors_most: int = DOORS_USUAL


@dataclass(frozen=True, slots=True)
class WalkView:
    """A walk; of `noted` of its people a result is there."""

    id: uuid.UUID
    campaign_id: uuid.UUID
    number: int
    polling_district: str | None
    doors: int
    people: int
    noted: int
    created_at: dt.datetime
    closed_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LineView:
    """Somebody on a walk, at a line of its sheet. They may be knocked for unless they moved, died, voted or
    said no since (`may_knock`). `code` is what was noted on this walk, as the sheet writes it.
    """

    line: int
    contact_id: uuid.UUID
    first_name: str | None
    last_name: str | None
    elector_number: str | None
    address: str | None
    postcode: str | None
    polling_district: str | None
    language: str | None
    may_knock: bool
    outcome: str | None
    support: int | None
    code: str | None
    result_id: uuid.UUID | None

    @property
    def door(self) -> Door:
        """Their address, taken apart."""
        return read_door(self.address or "")

    @property
    def name(self) -> str:
        """First name and last."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


@dataclass(frozen=True, slots=True)
class SheetView:
    """A walk with everybody on it, in walking order."""

    walk: WalkView
    campaign_name: str
    timezone: str
    imprint: str | None
    lines: Sequence[LineView]


def cut_walks(ctx: Context, campaign_id: uuid.UUID, new: NewCanvass) -> list[WalkView]:
    """Cut whoever is to be canvassed, and is on no open walk yet, into walks; again at once: there is nobody
    left, and none is cut. Raises ValidationFailed where they are too many.
    """
    if not DOORS_LEAST <= new.doors_most <= DOORS_MOST:
        raise ValidationFailed.at("/doors_most", f"Choose {DOORS_LEAST} to {DOORS_MOST} doors.")
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.CANVASS_MANAGE)
        shelf.hold(unit, campaign_id)
        people = shelf.to_canvass(
            unit,
            campaign,
            polling_district=new.polling_district,
            support_unknown=new.support_unknown,
            not_canvassed=new.not_canvassed,
            limit=PEOPLE_MOST + 1,
        )
        if len(people) > PEOPLE_MOST:
            words = f"These are more than {PEOPLE_MOST:,} people. Take one polling district at a time."
            raise ValidationFailed.at("/polling_district", words)
        number = shelf.last_number(unit, campaign_id)
        walks = [
            _cut_one(ctx, unit, campaign, number + nth, some)
            for nth, some in enumerate(cut(people, _place, new.doors_most), start=1)
        ]
        told = {"walks": len(walks), "people": len(people), "polling_district": new.polling_district}
        ctx.audit(unit, "canvass.cut", "campaign", campaign_id, told)
        return _views(unit, walks)


def list_walks(ctx: Context, campaign_id: uuid.UUID, page: Page, *, closed: bool = False) -> Slice[WalkView]:
    """A campaign's walks, the latest first."""
    with ctx.unit() as unit:
        reach_campaign(ctx, unit, campaign_id, Permission.DOOR_READ)
        after = after_number(page)
        rows = shelf.page_of_walks(unit, campaign_id, closed=closed, after=after, limit=page.limit + 1)
        found = cut_page(rows, page, lambda row: (str(row.number),))
        return Slice(_views(unit, found.items), found.next)


def get_sheet(ctx: Context, walk_id: uuid.UUID) -> SheetView:
    """A walk and everybody on it, for a sheet; audited, for it is a list of people."""
    with ctx.unit() as unit:
        walk, campaign = reach_walk(ctx, unit, walk_id, Permission.CANVASS_MANAGE)
        ctx.audit(unit, "canvass.read", "campaign", campaign.id, {"walk": walk.number})
        return sheet_of(unit, walk, campaign)


def close_walk(ctx: Context, walk_id: uuid.UUID) -> WalkView:
    """Have nobody walk it any more: who wasn't met may be cut into another. What is keyed late still counts.
    Again: changes nothing.
    """
    with ctx.unit() as unit:
        walk, campaign = reach_walk(ctx, unit, walk_id, Permission.CANVASS_MANAGE)
        if walk.closed_at is None:
            walk.closed_at = ctx.now
            ctx.audit(unit, "canvass.closed", "campaign", campaign.id, {"walk": walk.number})
        return _views(unit, [walk])[0]


def reach_walk(
    ctx: Context, unit: UnitOfWork, walk_id: uuid.UUID, permission: Permission
) -> tuple[CanvassWalk, Campaign]:
    """A walk that the actor may do this with, locked, and its campaign."""
    query = select(CanvassWalk).where(
        CanvassWalk.organisation_id == unit.organisation_id, CanvassWalk.id == walk_id
    )
    walk = unit.session.scalar(query.with_for_update(key_share=True))
    if walk is None:
        raise NotFound
    return walk, reach_campaign(ctx, unit, walk.campaign_id, permission)


def sheet_of(unit: UnitOfWork, walk: CanvassWalk, campaign: Campaign) -> SheetView:
    """A walk with its lines, for whoever was let in already."""
    lines = [_line(row) for row in shelf.lines_of(unit, walk, campaign.election_id)]
    return SheetView(_views(unit, [walk])[0], campaign.name, campaign.timezone, campaign.imprint, lines)


def _cut_one(
    ctx: Context, unit: UnitOfWork, campaign: Campaign, number: int, people: Sequence[Row[Any]]
) -> CanvassWalk:
    walk = CanvassWalk(
        organisation_id=unit.organisation_id,
        id=new_id(),
        campaign_id=campaign.id,
        number=number,
        polling_district=people[0].polling_district,
        doors=len({_place(one) for one in people}),
        people=len(people),
        created_by=ctx.actor.account_id,
        created_at=ctx.now,
    )
    unit.session.add(walk)
    unit.session.flush()
    shelf.add_lines(unit, walk.id, [one.contact_id for one in people])
    return walk


def _place(row: Row[Any]) -> Place:
    return place_of(row.polling_district, row.address, row.postcode)


def _views(unit: UnitOfWork, walks: Sequence[CanvassWalk]) -> list[WalkView]:
    noted = shelf.noted_on(unit, [walk.id for walk in walks])
    return [
        WalkView(
            id=walk.id,
            campaign_id=walk.campaign_id,
            number=walk.number,
            polling_district=walk.polling_district,
            doors=walk.doors,
            people=walk.people,
            noted=noted.get(walk.id, 0),
            created_at=walk.created_at,
            closed_at=walk.closed_at,
        )
        for walk in walks
    ]


def _line(row: Row[Any]) -> LineView:
    return LineView(
        line=row.line,
        contact_id=row.contact_id,
        first_name=row.first_name,
        last_name=row.last_name,
        elector_number=row.elector_number,
        address=row.address,
        postcode=row.postcode,
        polling_district=row.polling_district,
        language=row.language,
        may_knock=row.may_knock,
        outcome=row.outcome,
        support=row.support,
        code=code_of(row.outcome, row.support, row.voting_method) if row.outcome else None,
        result_id=row.result_id,
    )
