"""What follows from a date of the timetable at one press: the audience that it is about, and a draft of a
text to it. Nothing goes out by itself: a draft is launched by a person, like any other.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from dialer.domain.access import Permission, require
from dialer.domain.deadline import is_too_late
from dialer.domain.deadline_audiences import CONCERNED, FILTERS, Ready, best_start
from dialer.domain.errors import Conflict, NotFound, ValidationFailed
from dialer.domain.timetable import Due, Milestone
from dialer.services.calling.campaigns import get_campaign
from dialer.services.calling.reach import reach_campaign
from dialer.services.calling.views import CampaignView
from dialer.services.context import Context
from dialer.services.gotv.elections import election_of
from dialer.services.gotv.timetable import TimetableView, timetable_of
from dialer.services.messaging.blasts import BlastFields, blast_view, create_blast
from dialer.services.messaging.views import BlastView
from dialer.services.people.audience_views import AudienceView
from dialer.services.people.audiences import get_audience, hold_audiences, save_audience
from dialer.store.models.audiences import Audience
from dialer.store.models.calling import Campaign
from dialer.store.models.messaging import Blast
from dialer.store.session import UnitOfWork


@dataclass(frozen=True, slots=True)
class TextWords:
    """What a draft says: its name, and its words in the usual language and in others."""

    name: str
    body: str
    bodies: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a text about a date is written from: until when it is of use, and when it had best go out."""

    milestone: Milestone
    ready: Ready
    timetable: TimetableView
    due: Due
    ends_at: dt.datetime
    start_at: dt.datetime | None


def ready_audience(
    ctx: Context, election_id: uuid.UUID, milestone: Milestone, ready: Ready, name: str
) -> tuple[AudienceView, bool]:
    """The saved audience that a date is about, and whether it was made just now: one with the same rule is
    the same, whatever it is called by now.

    `Conflict` for another election than the current one, which is what audiences ask about.
    """
    require(ctx.actor, Permission.AUDIENCE_MANAGE)
    _check_concerned(milestone, ready)
    with ctx.unit() as unit:
        if not election_of(unit, election_id).current:
            raise Conflict("Audiences ask about the election that you are in. Switch to this one first.")
        hold_audiences(unit)
        rule = dict(FILTERS[ready])
        statement = select(Audience.id).where(
            Audience.organisation_id == unit.organisation_id, Audience.filter == rule
        )
        there = unit.session.scalars(statement.order_by(Audience.id).limit(1)).one_or_none()
        if there is None:
            return save_audience(ctx, unit, {"name": name, "filter": rule}), True
    return get_audience(ctx, there), False


def of_use_until(found: TimetableView, milestone: Milestone) -> dt.datetime | None:
    """Until when a text about a date is of use: of ballots in the post until polls close. None: no date."""
    due_at = found.line(milestone).due_at
    if due_at is not None and milestone is Milestone.POSTAL_DESPATCH:
        return found.line(Milestone.POLLING).due_at or due_at
    return due_at


def occasion(ctx: Context, election_id: uuid.UUID, milestone: Milestone, ready: Ready) -> Occasion:
    """What a text about a date is written from. `Conflict` where it has no date, or is of no use any more."""
    require(ctx.actor, Permission.ELECTION_READ)
    _check_concerned(milestone, ready)
    with ctx.unit() as unit:
        found = timetable_of(ctx, unit, election_of(unit, election_id))
    due, zone = found.line(milestone).due, found.election.timezone
    if due is None:
        raise Conflict("No date is known for this. Enter it first.")
    ends_at = of_use_until(found, milestone) or due.ends_at(zone)
    if is_too_late(ctx.now, ends_at):
        raise Conflict("This is over. A text about it would come too late.")
    return Occasion(milestone, ready, found, due, ends_at, best_start(milestone, due, ends_at, zone, ctx.now))


def campaign_named(ctx: Context, campaign_id: uuid.UUID) -> CampaignView:
    """The campaign that a body or a form names; `ValidationFailed` where there is none such."""
    try:
        return get_campaign(ctx, campaign_id)
    except NotFound:
        raise ValidationFailed.at("/campaign_id", "There is no campaign with this id.") from None


def draft_text(
    ctx: Context, about: Occasion, campaign_id: uuid.UUID, audience_name: str, words: TextWords
) -> tuple[BlastView, bool]:
    """A draft to the audience of a date, which is made where it isn't there, and whether it was written
    just now: one of this name in the campaign, to the same people by the same date, is left as it is.

    `ValidationFailed` for a campaign of another election, `Conflict` as for `ready_audience`.
    """
    election_id = about.timetable.election.id
    with ctx.unit() as unit:
        if reach_campaign(ctx, unit, campaign_id, Permission.BLAST_MANAGE).election_id != election_id:
            detail = "This campaign belongs to another election. Choose one of this."
            raise ValidationFailed.at("/campaign_id", detail)
    audience, _ = ready_audience(ctx, election_id, about.milestone, about.ready, audience_name)
    with ctx.unit() as unit:
        campaign = reach_campaign(ctx, unit, campaign_id, Permission.BLAST_MANAGE)
        if (there := _same_draft(unit, campaign, audience.id, about, words.name)) is not None:
            return blast_view(ctx, unit, there, campaign), False
    fields = BlastFields(
        name=words.name,
        body=words.body,
        bodies=dict(words.bodies),
        audience_id=audience.id,
        send_at=about.start_at,
        deadline_at=about.ends_at,
    )
    return create_blast(ctx, campaign_id, fields), True


def _check_concerned(milestone: Milestone, ready: Ready) -> None:
    if ready not in CONCERNED.get(milestone, ()):
        raise NotFound


def _same_draft(
    unit: UnitOfWork, campaign: Campaign, audience_id: uuid.UUID, about: Occasion, name: str
) -> Blast | None:
    statement = select(Blast).where(
        Blast.organisation_id == unit.organisation_id,
        Blast.campaign_id == campaign.id,
        Blast.audience_id == audience_id,
        Blast.state == "draft",
        Blast.name == name,
        Blast.deadline_at == about.ends_at,
    )
    return unit.session.scalars(statement.order_by(Blast.id).limit(1)).one_or_none()
