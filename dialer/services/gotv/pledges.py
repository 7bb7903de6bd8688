"""The pledge and turnout table: write into it by hand, read it by page, total it, take it away as CSV."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, or_, select

from dialer.domain.access import Permission, require
from dialer.domain.csv_cells import csv_line
from dialer.domain.errors import NotFound, ValidationFailed
from dialer.domain.person import fold
from dialer.domain.pledge import FACTS, is_pledge
from dialer.services.contention import again_after_deadlock
from dialer.services.context import Context
from dialer.services.gotv.elections import current_election
from dialer.services.gotv.record import record_support
from dialer.services.gotv.views import PledgeTotals, PledgeView
from dialer.services.paging import Page, Slice, after_ids, cut
from dialer.store.models.calling import Campaign, CampaignList
from dialer.store.models.gotv import VoterRecord
from dialer.store.models.people import Contact, ListMember
from dialer.store.queries import pledges as queries
from dialer.store.queries.pledges import PledgeFilter
from dialer.store.session import UnitOfWork

CSV_COLUMNS = (
    "contact_id",
    "election_id",
    "elector_number",
    "first_name",
    "last_name",
    "polling_district",
    "postcode",
    "campaign_id",
    "support",
    "voting_method",
    "planned_at",
    "needs_lift",
    "id_ready",
    "source",
    "at",
    "by",
    "voted_at",
)
_OF_CONTACT = ("elector_number", "first_name", "last_name", "polling_district", "postcode")
_CSV_PAGE = Page(limit=1000)


@dataclass(frozen=True, slots=True)
class NewPledge:
    """What somebody told us, to be written into the table by hand."""

    campaign_id: uuid.UUID
    support: int | None = None
    voting_method: str | None = None
    planned_at: dt.datetime | None = None
    needs_lift: bool | None = None
    id_ready: bool | None = None
    party: str | None = None
    source: str = "manual"

    @property
    def says_nothing(self) -> bool:
        """Whether it has no fact at all."""
        return self.party is None and all(getattr(self, fact) is None for fact in FACTS)


@dataclass(frozen=True, slots=True)
class PledgeSearch:
    """Which rows of the table are asked for. Without election and campaign it is the current election.

    `with_turnout` adds people of whom only the vote is known; `q` is a part of a name.
    """

    election_id: uuid.UUID | None = None
    campaign_id: uuid.UUID | None = None
    supports: tuple[int, ...] = ()
    voting_method: str | None = None
    polling_district: str | None = None
    voted: bool | None = None
    q: str | None = None
    with_turnout: bool = False


@again_after_deadlock
def put_pledge(ctx: Context, contact_id: uuid.UUID, pledge: NewPledge) -> PledgeView:
    """Record a person's support and plan in the campaign's election, as evidence of this moment.

    Raises NotFound for a contact that isn't there or is none of the actor's campaigns', ValidationFailed for
    a campaign that isn't there or isn't the actor's, and where nothing is said.
    """
    require(ctx.actor, Permission.PLEDGE_RECORD)
    if pledge.says_nothing:
        raise ValidationFailed.at("/support", "Say what they told us: their support, or of their plan.")
    with ctx.unit() as unit:
        if unit.session.scalar(select(Contact.id).where(*in_reach(ctx, contact_id))) is None:
            raise NotFound
        campaign = _campaign(ctx, unit, pledge.campaign_id)
        record_support(
            unit,
            contact_id=contact_id,
            election_id=campaign.election_id,
            support=pledge.support,
            voting_method=pledge.voting_method,
            planned_at=pledge.planned_at,
            needs_lift=pledge.needs_lift,
            id_ready=pledge.id_ready,
            party=pledge.party,
            source=pledge.source,
            at=ctx.now,
            campaign_id=campaign.id,
            account_id=ctx.actor.account_id,
        )
        ctx.audit(unit, "pledge.recorded", "contact", contact_id, {"campaign_id": str(campaign.id)})
        return _one(unit, contact_id, campaign.election_id)


def in_reach(ctx: Context, contact_id: uuid.UUID) -> list[ColumnElement[bool]]:
    """The conditions under which a contact exists for the actor: for whoever runs only some campaigns, in a
    list of theirs, or with a pledge that was learned in one.
    """
    there = [Contact.organisation_id == ctx.organisation_id, Contact.id == contact_id]
    if ctx.actor.campaign_ids is None:
        return there
    listed = exists().where(
        CampaignList.organisation_id == Contact.organisation_id,
        CampaignList.campaign_id.in_(ctx.actor.campaign_ids),
        ListMember.organisation_id == CampaignList.organisation_id,
        ListMember.list_id == CampaignList.list_id,
        ListMember.contact_id == Contact.id,
    )
    learned = exists().where(
        VoterRecord.organisation_id == Contact.organisation_id,
        VoterRecord.contact_id == Contact.id,
        VoterRecord.learned_campaign_id.in_(ctx.actor.campaign_ids),
    )
    return [*there, or_(listed, learned)]


def list_pledges(ctx: Context, search: PledgeSearch, page: Page) -> Slice[PledgeView]:
    """The rows that are asked for, by contact. Without coordinator rights only those of one's campaigns."""
    require(ctx.actor, Permission.PLEDGE_READ, campaign_id=search.campaign_id)
    with ctx.unit() as unit:
        rows = queries.page_of_records(
            unit.session,
            unit.organisation_id,
            _filter(ctx, unit, search),
            after=after_ids(page, 2),
            limit=page.limit + 1,
        )
        views = [_view(row) for row in rows]
        return cut(views, page, lambda view: (str(view.contact_id), str(view.election_id)))


def pledge_totals(ctx: Context, search: PledgeSearch) -> PledgeTotals:
    """Add up the rows that are asked for."""
    require(ctx.actor, Permission.PLEDGE_READ, campaign_id=search.campaign_id)
    with ctx.unit() as unit:
        wanted = _filter(ctx, unit, search)
        return _totals(queries.totals_of_records(unit.session, unit.organisation_id, wanted))


def pledge_csv(ctx: Context, search: PledgeSearch) -> Iterator[str]:
    """The rows that are asked for as lines of CSV, a thousand in hand at a time; audited as an export."""
    require(ctx.actor, Permission.PLEDGE_READ, campaign_id=search.campaign_id)
    with ctx.unit() as unit:
        about = "campaign" if search.campaign_id else "organisation"
        ctx.audit(unit, "pledges.exported", about, search.campaign_id or unit.organisation_id)
    return _csv_lines(ctx, search)


def _csv_lines(ctx: Context, search: PledgeSearch) -> Iterator[str]:
    yield csv_line(CSV_COLUMNS)
    page: Page | None = _CSV_PAGE
    while page is not None:
        found = list_pledges(ctx, search, page)
        for view in found.items:
            yield csv_line(_cell(getattr(view, name)) for name in CSV_COLUMNS)
        page = replace(page, after=found.next) if found.next else None


def _cell(value: object) -> object:
    return f"{value.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, dt.datetime) else value


def _campaign(ctx: Context, unit: UnitOfWork, campaign_id: uuid.UUID) -> Campaign:
    campaign = unit.session.get(Campaign, (unit.organisation_id, campaign_id))
    if campaign is None or not ctx.actor.sees_campaign(campaign_id):
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.")
    return campaign


def _filter(ctx: Context, unit: UnitOfWork, search: PledgeSearch) -> PledgeFilter:
    anywhere = search.election_id is None and search.campaign_id is None
    return PledgeFilter(
        election_id=current_election(unit).id if anywhere else search.election_id,
        campaign_id=search.campaign_id,
        campaign_ids=ctx.actor.campaign_ids,
        supports=search.supports,
        voting_method=search.voting_method,
        polling_district=search.polling_district,
        voted=search.voted,
        name_key=fold(search.q) if search.q else None,
        with_turnout=search.with_turnout,
    )


def _one(unit: UnitOfWork, contact_id: uuid.UUID, election_id: uuid.UUID) -> PledgeView:
    wanted = PledgeFilter(election_id=election_id, contact_id=contact_id)
    rows = queries.page_of_records(unit.session, unit.organisation_id, wanted, after=None, limit=1)
    return _view(rows[0]) if rows else _unknown(unit, contact_id, election_id)


def _unknown(unit: UnitOfWork, contact_id: uuid.UUID, election_id: uuid.UUID) -> PledgeView:
    """Somebody of whom nothing is known, such as who named a party that means nothing."""
    contact = unit.session.get_one(Contact, (unit.organisation_id, contact_id))
    named = {name: getattr(contact, name) for name in _OF_CONTACT}
    unknown = dict.fromkeys(one.name for one in fields(PledgeView))
    return PledgeView(**{**unknown, **named, "contact_id": contact_id, "election_id": election_id})


def _view(row: Row[Any]) -> PledgeView:
    return PledgeView(
        contact_id=row.contact_id,
        election_id=row.election_id,
        elector_number=row.elector_number,
        first_name=row.first_name,
        last_name=row.last_name,
        polling_district=row.polling_district,
        postcode=row.postcode,
        campaign_id=row.learned_campaign_id,
        support=row.support,
        voting_method=row.voting_method,
        planned_at=row.planned_at,
        needs_lift=row.needs_lift,
        id_ready=row.id_ready,
        source=row.learned_source,
        at=row.learned_at,
        by=row.learned_by,
        by_name=row.learned_by_name,
        voted_at=row.voted_at,
        voted_source=row.voted_source,
    )


def _totals(groups: Any) -> PledgeTotals:
    support: Counter[int] = Counter()
    methods: Counter[str] = Counter()
    people = voted = pledged_voted = 0
    for group in groups:
        people += group.people
        voted += group.people if group.voted else 0
        pledged_voted += group.people if group.voted and is_pledge(group.support) else 0
        if group.support is not None:
            support[group.support] += group.people
        if group.voting_method is not None:
            methods[group.voting_method] += group.people
    pledges = sum(count for value, count in support.items() if is_pledge(value))
    return PledgeTotals(people, dict(support), pledges, dict(methods), voted, pledged_voted)
